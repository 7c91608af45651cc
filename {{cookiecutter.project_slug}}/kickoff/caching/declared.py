"""Where something is declared: for errors and reports that lead there."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

HERE = str(Path(__file__).parent)


def declared_at() -> str:
    """The file and line from which a class of this folder is being called."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and str(Path(frame.f_code.co_filename).parent) == HERE:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "unknown"
