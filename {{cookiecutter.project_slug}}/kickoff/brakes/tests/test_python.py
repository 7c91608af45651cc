"""C15: the Python of the virtual environment that mod_wsgi uses."""

from __future__ import annotations

import platform

import pytest

from kickoff.brakes.registry import RULES, apply
from kickoff.brakes.results import Status
from kickoff.brakes.tests.sound import Text


@pytest.mark.parametrize(
    ("version", "status"),
    [
        (platform.python_version(), Status.OK),
        ("2.7.18", Status.ERROR),
        (None, Status.IDLE),
    ],
)
def test_the_environment_is_one_of_this_python(sound, tmp_path, version, status):
    home = tmp_path / "venv"
    if version:
        home.mkdir()
        (home / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")
    change = Text("apache/site.conf", "python-home=${RELEASE}/.venv", f"python-home={home}")
    site = sound.changed(change).read(tmp_path / "project")
    assert apply(RULES["C15"], site).status is status
