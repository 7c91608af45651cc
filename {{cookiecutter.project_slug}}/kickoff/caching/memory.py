"""What a process has read last: served for a moment without asking the store, and longer when the
store is gone."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock
from typing import Any, Generic, TypeVar

import msgspec

from kickoff.caching.content import Content

V = TypeVar("V")
H = TypeVar("H", bound=msgspec.Struct)

MemoryKey = tuple[str, tuple[int | str, ...]]


VERSIONS_BEFORE = 4  # that are remembered: in CACHING_AHEAD_S there are seldom more changes
ONE_READER = float("-inf")  # `known_at` of what may not be remembered


class Versioned(Generic[V]):
    """A value; equal values have equal versions.

    `known_at` is the monotonic time as of which it is known; a value that is no entry's is always
    of now.
    """

    __slots__ = ("_content", "known_at", "version")

    def __init__(self, value: V | None, version: str, known_at: float = float("inf")) -> None:
        self._content = Content(value)
        self.version = version
        self.known_at = known_at

    @property
    def value(self) -> V | None:
        """It is decoded by whoever asks first. Raises UndecodableError."""
        value: V | None = self._content.value
        return value

    @property
    def exists(self) -> bool:
        """Whether there is a value; it is not decoded."""
        return not self._content.is_none

    def recent(self, since: float) -> list[str]:
        """The versions that were the newest ones to this process at some time since then."""
        return [self.version]

    def head(self, kind: type[H]) -> H | None:
        """The value as a struct that it inherits from; the rest of it is not decoded.

        Raises UndecodableError.
        """
        return self._content.head(kind)


class Remembered(Versioned[V]):
    """A value that was read, shared by all threads: nobody may change what it holds. Page objects
    cannot be changed; dicts inside of them could.

    Times are monotonic, but for `built_at`. `known_at` is when the store was asked, of a derived
    value when it was asked for the oldest part; `looked_at` is when the answer was there.
    `made_from` are the versions of the parts of a derived value. `before` are the versions that
    came before this one, the latest first, each with the time at which it was known last.
    """

    __slots__ = ("before", "built_at", "looked_at", "made_from")

    def __init__(
        self,
        content: Content,
        version: str,
        built_at: float,
        looked_at: float,
        known_at: float,
        made_from: str = "",
    ) -> None:
        self._content = content
        self.version = version
        self.built_at = built_at
        self.looked_at = looked_at
        self.known_at = known_at
        self.made_from = made_from
        self.before: tuple[tuple[str, float], ...] = ()

    def recent(self, since: float) -> list[str]:
        return [self.version, *(version for version, known_at in self.before if known_at >= since)]

    def follow(self, last: Remembered[V]) -> None:
        """Takes the place of what was known last."""
        before = last.before
        if last.version != self.version:
            before = ((last.version, last.known_at), *before)[:VERSIONS_BEFORE]
        self.before = before

    @property
    def content(self) -> Content:
        return self._content

    def is_fresh(self, for_s: float) -> bool:
        return time.monotonic() - self.known_at <= for_s


class Memory:
    """The values that this process used last, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[MemoryKey, Remembered[Any]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: MemoryKey) -> Remembered[Any] | None:
        return self._values.get(key)

    def keep(self, key: MemoryKey, remembered: Remembered[Any], asked_at: float) -> Remembered[Any]:
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

    def drop(self, key: MemoryKey) -> None:
        with self._lock:
            self._values.pop(key, None)

    def forget(self) -> None:
        with self._lock:
            self._values.clear()
