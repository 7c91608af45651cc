"""Waiting for something that another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    """Returns as soon as the condition is true; AssertionError when it was not in `limit_s`."""
    give_up_at = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up_at, f"Still not so after {limit_s} s."
        time.sleep(0.01)
