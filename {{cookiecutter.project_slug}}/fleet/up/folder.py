"""Where a fleet lives: a temporary folder, or one that stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fleet.interruption import held
from fleet.up.errors import FleetError
from kickoff.testing.processes import as_unprivileged_user, server_folder

LONGEST = 60  # characters: the path of a socket below it may have 107


@contextmanager
def fleet_folder(chosen: Path | None) -> Iterator[Path]:
    """A folder that the servers' user owns. The temporary one is gone at the end."""
    if chosen is not None:
        yield _made(chosen.resolve())
        return
    with held():
        folder = server_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _made(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FleetError(f"{folder} is not an empty folder. Name one that is empty or new.")
    if len(str(folder)) > LONGEST:
        raise FleetError(f"{folder} is too long for the sockets in it: {LONGEST} characters.")
    folder.mkdir(parents=True, exist_ok=True)
    own = as_unprivileged_user()
    if own:
        os.chown(folder, own["user"], own["group"])
    return folder
