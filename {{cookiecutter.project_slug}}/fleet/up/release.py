"""A release of the project, as on a node: a copy that the servers' user owns, with its .env."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from fleet.up.python import wsgi_module
from fleet.up.site import env_file
from kickoff.testing.processes import as_unprivileged_user

PROJECT = Path(__file__).parents[2]
# What belongs to this checkout, not to a release.
EVERYWHERE = shutil.ignore_patterns(".*", "__pycache__")
AT_THE_TOP = shutil.ignore_patterns("*.sqlite3*", "staticfiles", "django-cache", "drain.*")


def make_release(folder: Path, environment: Mapping[str, str]) -> None:
    """The project in a new folder, with these variables in its .env. Static files are collected
    afterwards."""
    shutil.copytree(PROJECT, folder, ignore=_ignored)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "mod_wsgi.so").symlink_to(wsgi_module())
    (folder / ".env").write_text(env_file(environment), encoding="utf-8")
    give_away(folder)


def give_away(folder: Path) -> None:
    """Everything in it becomes the servers' user's."""
    own = as_unprivileged_user()
    if own:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, own["user"], own["group"], follow_symlinks=False)


def _ignored(folder: str, names: list[str]) -> set[str]:
    ignored = EVERYWHERE(folder, names)
    if Path(folder) == PROJECT:
        ignored |= AT_THE_TOP(folder, names)
        ignored |= {name for name in names if Path(folder, name, "pyvenv.cfg").exists()}
    return ignored
