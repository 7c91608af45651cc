"""Ctrl-C and SIGTERM: they end a run, but never in the middle of starting a process.

A process whose start was interrupted would be known to nobody, and live on.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
AGAIN_S = 0.01  # the deletion that dropped it is over by then, or drops it once more

_state = {"held": False, "came": False}


def listen() -> None:
    """From now on both raise KeyboardInterrupt, once: the second does not disturb the cleaning."""
    for number in (*SIGNALS, signal.SIGALRM):  # the alarm is that of _raise_again
        signal.signal(number, _stop)
    sys.unraisablehook = _raise_again


@contextmanager
def held() -> Iterator[None]:
    """What comes in this block is raised at its end. Not to be nested."""
    _state["held"] = True
    try:
        yield
    finally:
        _state["held"] = False
        if _state["came"]:
            _state["came"] = False
            raise KeyboardInterrupt


def _stop(signum: int, frame: FrameType | None) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if not _state["held"]:
        raise KeyboardInterrupt
    _state["came"] = True


def _raise_again(unraisable: sys.UnraisableHookArgs) -> None:
    """It came while an object was being deleted, where Python drops whatever is raised."""
    if unraisable.exc_type is KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, AGAIN_S)
    else:
        sys.__unraisablehook__(unraisable)
