"""What a command may have left behind."""

from __future__ import annotations

import os
from pathlib import Path


def processes_in(folder: Path) -> list[str]:
    """Those that work in it, or were told of it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = process.joinpath("environ").read_bytes()
            words += process.joinpath("cmdline").read_bytes()
            words += os.readlink(process / "cwd").encode()
        except OSError:
            continue  # it has ended, or is somebody else's
        if str(folder).encode() in words:
            found.append(process.name)
    return found
