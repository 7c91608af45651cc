"""config/create_venv.py: what it refuses, and how it decides."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from checkout import CREATE_VENV

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = "{{cookiecutter.project_slug}}/config/create_venv.py"


@pytest.fixture
def create_venv(load_file) -> ModuleType:
    module: ModuleType = load_file(SCRIPT)
    return module


def test_an_old_python_is_refused(create_venv, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    with pytest.raises(create_venv.SetupError) as refusal:
        create_venv.check_python()
    assert str(refusal.value) == (
        "Python 3.9 is too old, 3.11 is the oldest that works. Name a newer one, for example: "
        "make setup PYTHON=python3.13"
    )


def test_a_python_without_ensurepip_is_refused(create_venv, monkeypatch, tmp_path):
    monkeypatch.setattr(create_venv.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(create_venv.SetupError) as refusal:
        create_venv.make_empty(tmp_path / "venv", None)
    assert str(refusal.value) == (
        "this Python comes without ensurepip. Install it (Debian, Ubuntu: "
        "apt install python3-venv) or install uv, then try again."
    )


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("WARNING: Retrying\nERROR: No matching distribution\n", "ERROR: No matching distribution"),
        ("error: Failed to fetch\n  Caused by: dns\n", "error: Failed to fetch"),
        ("ERROR: first\nERROR: second\nhint: third", "ERROR: second"),
        ("one\ntwo\n\n", "two"),
        ("", "it said nothing"),
    ],
)
def test_the_reason_is_the_line_with_the_error(create_venv, output, reason):
    assert create_venv.reason(output) == reason


def test_it_makes_an_environment_and_a_second_time_keeps_it(tmp_path):
    def run(*what):
        command = [sys.executable, CREATE_VENV, "--venv", tmp_path / "venv", *what]
        return subprocess.run(command, capture_output=True, encoding="utf-8")

    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = run("iniconfig")
    assert done.returncode == 0, done.stderr
    (tmp_path / "venv" / "kept").touch()
    done = run("iniconfig")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv" / "kept").exists()
    subprocess.run([python, "-c", "import iniconfig"], check=True)


def test_an_environment_whose_python_does_not_start_is_made_anew(create_venv, tmp_path):
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / "bin" / "python").symlink_to("/nowhere/python")
    assert not create_venv.works(venv / "bin" / "python")
    create_venv.make_empty(venv, None)
    assert create_venv.works(venv / "bin" / "python")
