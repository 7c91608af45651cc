"""The query budgets of a project depend on no test that ran before."""

from __future__ import annotations

import pytest

import environments
from tests.baking import output_of

pytestmark = pytest.mark.project

# All processes of xdist must come to the same order.
SHUFFLE = """\
import os
import random


def pytest_collection_modifyitems(items):
    random.Random(os.environ["ORDER"]).shuffle(items)
"""


@pytest.mark.parametrize("order", ["1", "2"])
def test_they_hold_in_any_order_and_in_two_processes(baked, tmp_path, order):
    release = environments.RELEASES[0]  # the older Django: the other tests of budgets run on both
    if not environments.exists(release):
        pytest.skip(f"no environment with Python {release}: ci/test makes it where it can")
    (tmp_path / "shuffle.py").write_text(SHUFFLE)
    command = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "shuffle", "-n2"]
    done = baked("default").python(
        *command, "query_budgets.toml", release=release, PYTHONPATH=str(tmp_path), ORDER=order
    )
    assert done.returncode == 0, output_of(done)
    assert "problems: 0" in done.stdout
