"""How full the disks are, in bytes and in inodes."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from kickoff.health.conf import folders, number

MB = 1024 * 1024


@dataclass(frozen=True)
class Disk:
    """What an ordinary user may still use of it. Inodes are None where there is no limit."""

    folder: str
    free_mb: int
    free_percent: float
    free_inodes: int | None
    free_inodes_percent: float | None

    @property
    def lowest_percent(self) -> float:
        inodes = self.free_inodes_percent
        return self.free_percent if inodes is None else min(self.free_percent, inodes)

    @property
    def is_full(self) -> bool:
        too_few = self.free_inodes is not None and self.free_inodes < number(
            "HEALTH_DISK_FULL_INODES"
        )
        return too_few or self.free_mb < number("HEALTH_DISK_FULL_MB")


def is_any_full() -> bool:
    """Of the watched folders. One that is not there is no disk: /healthz says so."""
    return any(_is_full(folder) for folder in folders())


def _is_full(folder: Path) -> bool:
    try:
        return disk_of(folder).is_full
    except OSError:
        return False


def disk_of(folder: Path) -> Disk:
    """OSError when it is not there.

    The kernel answers for a local disk from its memory: nothing is read.
    """
    space, inodes, free_inodes = shutil.disk_usage(folder), 0, 0
    if hasattr(os, "statvfs"):  # not on Windows
        found = os.statvfs(folder)
        inodes, free_inodes = found.f_files, found.f_favail
    return Disk(
        folder=str(folder),
        free_mb=space.free // MB,
        free_percent=round(100 * space.free / max(space.total, 1), 1),
        # Btrfs makes inodes as they are needed, and says 0.
        free_inodes=free_inodes if inodes else None,
        free_inodes_percent=round(100 * free_inodes / inodes, 1) if inodes else None,
    )
