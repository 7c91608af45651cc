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


@pytest.mark.parametrize(
    ("version", "status"),
    [("3.9", Status.OK), ("3.9.2", Status.OK), ("3.90.1", Status.ERROR), ("3.12.1", Status.ERROR)],
)
def test_the_environment_is_one_of_the_python_of_mod_wsgi(sound, tmp_path, version, status):
    module = tmp_path / "mod_wsgi-py39.cpython-39-x86_64-linux-gnu.so"
    module.touch()
    link = tmp_path / "mod_wsgi.so"
    link.symlink_to(module)
    (tmp_path / "pyvenv.cfg").write_text(f"version = {version}\n")
    site = sound.changed(
        Text("apache/site.conf", "python-home=${RELEASE}/.venv", f"python-home={tmp_path}"),
        Text("apache/site.conf", "${RELEASE}/mod_wsgi.so", str(link)),
    ).read(tmp_path / "project")
    result = apply(RULES["C15"], site)
    assert result.status is status
    assert str(module) in result.found[1]
