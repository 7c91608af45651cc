"""Each request, written down when it has ended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import msgspec

from fleet.drills.evidence import Request


class Log:
    """A line for each request; and which ones still wait for their answer."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting: dict[int, float] = {}

    @contextmanager
    def asking(self) -> Iterator[float]:
        """While somebody waits: since when."""
        started = time.monotonic()
        self._waiting[id(waiting := object())] = started
        try:
            yield started
        finally:
            del self._waiting[id(waiting)]

    def write(self, request: Request) -> None:
        self._file.write(msgspec.json.encode(request) + b"\n")
        self._file.flush()

    def waiting_since(self) -> float:
        """When the oldest of these began; now, when there are none."""
        return min(self._waiting.values(), default=time.monotonic())
