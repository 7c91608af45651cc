"""Pythons are found by trying, and an old one says so."""

from __future__ import annotations

import os
import sys

import pytest

import interpreters

THIS = "{}.{}".format(*sys.version_info[:2])


def fake(folder, name, script):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only_here(tmp_path, monkeypatch):
    """A PATH with this folder alone, and a running Python of another release."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    return tmp_path


def test_the_running_python_is_taken_first():
    assert interpreters.find(THIS) == sys.executable


def test_a_name_on_the_path_is_taken_when_it_really_starts(only_here):
    fake(only_here, "python3.12", "echo 3.12; echo /opt/python3.12")
    assert interpreters.find("3.12") == "/opt/python3.12"


def test_a_name_that_starts_another_release_is_not(only_here):
    fake(only_here, "python3.12", "echo 3.9; echo /opt/python3.9")
    assert interpreters.find("3.12") is None


def test_a_shim_that_fails_is_not(only_here):
    fake(only_here, "python3.12", "echo 'command not found' >&2; exit 127")
    assert interpreters.find("3.12") is None


def test_pyenv_is_asked_for_its_versions(only_here):
    fake(
        only_here,
        "pyenv",
        'case "$1" in\n'
        "versions) echo 3.1.2; echo 3.12.7;;\n"
        'exec) [ "$PYENV_VERSION" = 3.12.7 ] && echo 3.12 && echo /pyenv/python;;\n'
        "esac",
    )
    assert interpreters.find("3.12") == "/pyenv/python"


def test_uv_is_asked_last(only_here):
    python = fake(only_here, "from-uv", "echo 3.12; echo /uv/python")
    fake(only_here, "uv", f'[ "$*" = "python find 3.12" ] && echo {python}')
    assert interpreters.find("3.12") == "/uv/python"


class TestOldPython:
    def test_it_says_so_when_there_is_no_other(self, only_here, monkeypatch):
        monkeypatch.setattr(sys, "version_info", (3, 8, 18))
        with pytest.raises(SystemExit) as refusal:
            interpreters.exec_new_enough()
        assert refusal.value.code == (
            "Python 3.8 is too old and no newer one was found. Kickoff needs Python 3.11 or newer."
        )

    def test_it_goes_on_in_a_newer_one(self, only_here, monkeypatch):
        started = []
        monkeypatch.setattr(os, "execv", lambda path, command: started.append((path, command)))
        monkeypatch.setattr(sys, "version_info", (3, 8, 18))
        monkeypatch.setattr(sys, "argv", ["ci/demo", "--check"])
        monkeypatch.setattr(interpreters, "RELEASES", ("3.12",))
        fake(only_here, "python3.12", "echo 3.12; echo /opt/python3.12")
        with pytest.raises(SystemExit):  # execv does not return; here it does
            interpreters.exec_new_enough()
        assert started == [("/opt/python3.12", ["/opt/python3.12", "ci/demo", "--check"])]


def test_output_of_nothing_is_nothing():
    assert interpreters.output_of(["/nowhere/python"]) == ""
    assert interpreters.output_of([sys.executable, "-c", "import sys; print(1); sys.exit(1)"]) == ""
