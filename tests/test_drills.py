"""The fleet of the generated project, broken part by part; and measured, for a moment."""

from __future__ import annotations

import pytest

import environments
import packages
from tests.baking import output_of

pytestmark = pytest.mark.project


@pytest.mark.alone
def test_every_promise_is_kept(baked, show):
    """With one Python, the newest: what breaks are servers, and they are the same under all."""
    if missing := packages.missing():
        pytest.skip(f"install {', '.join(missing)} (Debian: apt install {' '.join(missing)})")
    here = [release for release in environments.RELEASES if environments.exists(release)]
    if not here:
        pytest.skip(f"no environment with any of {environments.RELEASES}: ci/test makes them")
    release = here[-1]
    command = ["-m", "pytest", "-m", "drill", "-p", "no:cacheprovider"]
    done = baked("default").python(*command, release=release)
    assert done.returncode == 0, output_of(done)
    summary = done.stdout.strip().splitlines()[-1]
    show(f"Python {release}, the drills: {summary.strip('= ')}")
    assert "skipped" not in summary, done.stdout
