"""What a process has read last: served for a moment without asking the store, and longer when the
store is gone."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from typing import Any

import msgspec

MemoryKey = tuple[str, tuple[int | str, ...]]


ONE_READER = float("-inf")  # `known_at` of what may not be remembered


class Remembered(msgspec.Struct, frozen=True):
    """A decoded value, shared by all threads: nobody may change what it holds. Page objects cannot
    be changed; dicts inside of them could.

    Times are monotonic, but for `built_at`. `known_at` is when the store was asked, of a derived
    value when it was asked for the oldest part; `looked_at` is when the answer was there.
    `made_from` are the versions of the parts of a derived value.
    """

    value: Any
    version: str
    built_at: float
    looked_at: float
    known_at: float
    made_from: str = ""

    def is_fresh(self, for_s: float) -> bool:
        return time.monotonic() - self.known_at <= for_s


class Memory:
    """The values that this process used last, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[MemoryKey, Remembered] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: MemoryKey) -> Remembered | None:
        return self._values.get(key)

    def keep(self, key: MemoryKey, remembered: Remembered, asked_at: float) -> Remembered:
        """Keeps what a look that began at `asked_at` has found; returns what is to be served.

        Answers to several threads overtake each other. Only a look that began after the kept one
        had ended is surely not older; any other gives way to the kept one, so that nobody who has
        seen a value sees an older one next.
        """
        with self._lock:
            kept = self._values.get(key)
            if kept is not None and asked_at < kept.looked_at:
                return kept
            self._values[key] = remembered
            self._values.move_to_end(key)
            while len(self._values) > self._limit:
                self._values.popitem(last=False)
        return remembered

    def forget(self) -> None:
        with self._lock:
            self._values.clear()
