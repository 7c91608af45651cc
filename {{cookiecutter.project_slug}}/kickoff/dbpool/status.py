"""How a pool is doing, for the health page and for the brakes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class PoolStatus:
    """One pool at one moment. The counts begin with the process."""

    alias: str
    database: str
    size: int  # connections that are kept
    max_overflow: int  # that may be opened beyond
    idle: int
    checked_out: int
    overflow: int  # connections beyond the size, until the last of them comes back
    waiting: int  # threads, now
    waits: int  # times that a thread had to wait
    exhausted: int  # times that it waited in vain
    connects: int  # physical connections ever opened
    losses: int  # times that a connection was found broken
    is_away: bool  # the server does not answer


class Counts:
    """What the threads of a process count together."""

    def __init__(self) -> None:
        self.waiting = 0
        self.waits = 0
        self.exhausted = 0
        self.connects = 0
        self.losses = 0
        self._lock = Lock()

    def add(self, name: str, more: int = 1) -> None:
        with self._lock:
            setattr(self, name, getattr(self, name) + more)

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        self.add(name)
        try:
            yield
        finally:
            self.add(name, -1)
