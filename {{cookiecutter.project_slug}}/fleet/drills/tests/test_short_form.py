"""The drills themselves, each in its short form: `pytest -m drill`. It takes minutes."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fleet.drills.catalogue import DRILLS
from fleet.tests.leftovers import processes_in
from fleet.up.release import PROJECT

LIMIT_S = 6 * 60


@pytest.fixture
def temporary():
    """A folder for all that a run makes, with a short name: sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="d-"))
    folder.chmod(0o777)  # the servers' user writes there too
    yield folder
    shutil.rmtree(folder)


def mounts_in(folder):
    mounts = Path("/proc/mounts").read_text().splitlines()
    return [mount for mount in mounts if str(folder) in mount]


@pytest.mark.drill
def test_every_promise_is_kept_and_nothing_remains(temporary, tmp_path):
    if os.environ.get("CI") != "true":  # there its absence must not go unseen
        pytest.importorskip("MySQLdb")
    command = [sys.executable, "-m", "fleet.drills", "--short", "--json", "--out", str(tmp_path)]

    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        encoding="utf-8",
    )

    assert done.returncode == 0, f"{done.stderr}\n{told(done.stdout)}"
    document = json.loads(done.stdout)
    assert [drill["name"] for drill in document["drills"]] == [drill.name for drill in DRILLS]
    assert document["broken"] == []
    # Each one saw visitors who read and visitors who saved.
    assert all(drill["sent"] > 50 for drill in document["drills"] if "sent" in drill)
    assert document["seconds"] < LIMIT_S
    assert processes_in(temporary) == []
    assert mounts_in(temporary) == []
    assert list(temporary.iterdir()) == []
    assert (tmp_path / "docs" / "drills.md").exists()


def told(output):
    """What was wrong, of the document that was printed."""
    try:
        drills = json.loads(output)["drills"]
    except json.JSONDecodeError:
        return output
    return "\n".join(
        f"{drill['name']}: {drill['verdict']}: {problem}"
        for drill in drills
        for problem in drill["problems"]
    )
