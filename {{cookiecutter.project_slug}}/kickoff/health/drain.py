"""Taking this node out of the load balancer: a file says so, and outlives every restart.

While it is there, /readyz answers 404, which HAProxy's `http-check disable-on-404` reads as "no new
visitors, finish those who are there". The node itself goes on serving whoever comes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kickoff.health.conf import drain_file
from kickoff.health.node import timestamp


@dataclass(frozen=True)
class Drain:
    since: str
    reason: str


def is_draining() -> bool:
    """One look at the file's name. A folder that cannot be read counts as no: see the probe."""
    try:
        os.stat(drain_file())
    except OSError:
        return False
    return True


def current_drain() -> Drain | None:
    """Since when and why, None while not draining; OSError when that cannot be found out."""
    try:
        since, _, reason = drain_file().read_text("utf-8", "replace").partition("\n")
    except FileNotFoundError:
        return None
    return Drain(since, reason.strip())


def drain(reason: str = "") -> Drain:
    """Begins, or changes the reason of what has begun. OSError when the file cannot be written."""
    begun = current_drain()
    wanted = Drain(begun.since if begun else timestamp(datetime.now(UTC)), reason)
    _write_whole(drain_file(), f"{wanted.since}\n{wanted.reason}\n")
    return wanted


def undrain() -> bool:
    """Whether it was draining."""
    try:
        drain_file().unlink()
    except FileNotFoundError:
        return False
    return True


def _write_whole(path: Path, text: str) -> None:
    """There at once or not at all; readable by the user of the web server."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
