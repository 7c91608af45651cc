"""A Python that Apache's user can run, with mod_wsgi for it: found on this machine, or made."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from kickoff.testing.processes import (
    SYSTEM_FOLDERS,
    as_unprivileged_user,
    program,
    server_folder,
)

WHERE = "import mod_wsgi.server as s; print(s.__file__.rpartition('/')[0])"


@cache
def wsgi_module() -> tuple[Path, Path]:
    """A Python with mod_wsgi that the server's user can run, and the module for Apache.

    The one that runs the tests, or another of this machine; else mod_wsgi is built for one.
    """
    program("apxs", "apxs2", package="apache2-dev")
    pythons = _pythons()
    for python in pythons:
        if module := _module_of(python):
            return python, module
    for python in pythons:
        if module := _module_of(built := _build(python)):
            return built, module
    reason = f"mod_wsgi was not found, and could not be built with {' or '.join(map(str, pythons))}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _pythons() -> list[Path]:
    """Those that the server's user can start: root's own often lie where nobody else may look."""
    folders = [*os.environ.get("PATH", os.defpath).split(os.pathsep), *SYSTEM_FOLDERS, "/usr/bin"]
    names = [Path(sys.executable), *(Path(folder) / "python3" for folder in folders)]
    return [name for name in dict.fromkeys(names) if _output(name, "import ensurepip") is not None]


def built_module(python: Path) -> Path | None:
    """mod_wsgi for this Python, whoever can use it; it is gone with this process."""
    program("apxs", "apxs2", package="apache2-dev")
    environment = _build(python).parent.parent
    return next(environment.glob("lib/python*/site-packages/mod_wsgi/server/*.so"), None)


def _module_of(python: Path) -> Path | None:
    folder = _output(python, WHERE)
    return next(Path(folder.strip()).glob("mod_wsgi-py*.so"), None) if folder else None


def _output(python: Path, code: str) -> str | None:
    try:
        done = subprocess.run(
            [python, "-c", code],
            capture_output=True,
            text=True,
            cwd="/",
            **as_unprivileged_user(),
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _remove(folder: Path, owner: int) -> None:
    """At the end of the process that made it, not of a fork of it."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _build(python: Path, *requirements: str) -> Path:
    """An environment of its own with mod_wsgi and these, gone with this process."""
    folder = server_folder() / "venv"
    atexit.register(_remove, folder.parent, os.getpid())
    subprocess.run([str(python), "-m", "venv", str(folder)], check=True, capture_output=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "mod_wsgi", *requirements]
    subprocess.run(pip, capture_output=True)
    return folder / "bin" / "python"


def wsgi_environment(requirements: Sequence[str]) -> tuple[Path, Path]:
    """An environment made for this run, with these packages: its Python, and mod_wsgi in it."""
    python, _ = wsgi_module()
    built = _build(python, *requirements)
    module = _module_of(built)
    assert module is not None, f"{python} cannot build mod_wsgi, which it has"
    return built, module
