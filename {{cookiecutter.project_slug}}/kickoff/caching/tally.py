"""How often an entry is read and built: counted in each process, summed up in the store."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial, wraps
from threading import Lock
from typing import ParamSpec, TypeVar

import msgspec

from kickoff.caching import conf
from kickoff.caching.keys import PREFIX
from kickoff.caching.stores.base import Store
from kickoff.caching.summing import add_up

P = ParamSpec("P")
R = TypeVar("R")

PUBLISH_S = 10.0  # two calls of the store for each entry that was read
TELL_S = 60.0  # between two log lines about values that are too large
WINDOW_S = 3_600  # what is counted in one key; a status sums up this window and the one before


class Counts(msgspec.Struct, array_like=True):
    """Counts since the start of a window. A miss is a read that had to build."""

    reads: int = 0
    misses: int = 0
    builds: int = 0
    build_s: float = 0.0
    built_at: float = 0.0  # the last time, in seconds since 1970
    too_large: int = 0  # values that the store does not take

    def plus(self, other: Counts) -> Counts:
        return Counts(
            self.reads + other.reads,
            self.misses + other.misses,
            self.builds + other.builds,
            self.build_s + other.build_s,
            max(self.built_at, other.built_at),
            self.too_large + other.too_large,
        )

    @property
    def hit_ratio(self) -> float | None:
        return 1 - self.misses / self.reads if self.reads else None

    @property
    def mean_build_s(self) -> float | None:
        return self.build_s / self.builds if self.builds else None


class Tally:
    """What this process has counted of one entry and not yet published.

    Counting takes no lock, and a process that dies takes up to PUBLISH_S of counts along: good
    enough for a ratio, not for accounts.
    """

    def __init__(self) -> None:
        self.counts = Counts()
        self._published_at = time.monotonic()
        self._told_at = -TELL_S
        self._lock = Lock()

    def timed(self, build: Callable[P, R]) -> Callable[P, R]:
        """The builder, counted and timed."""

        @wraps(build)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            started = time.perf_counter()
            value = build(*args, **kwargs)
            self.counts.builds += 1
            self.counts.build_s += time.perf_counter() - started
            self.counts.built_at = time.time()
            return value

        return counted

    def count_too_large(self) -> bool:
        """Counts a value that the store did not take; whether it is time to tell of it."""
        self.counts.too_large += 1
        is_time = time.monotonic() - self._told_at >= TELL_S
        if is_time:
            self._told_at = time.monotonic()
        return is_time

    def publish_when_due(self, name: str, store: Callable[[], Store]) -> None:
        """Adds the counts to those in the store, at most once in PUBLISH_S."""
        if time.monotonic() - self._published_at < PUBLISH_S or not self._lock.acquire(False):
            return
        try:
            self._published_at = time.monotonic()
            if self.counts == Counts():
                return
            mine, self.counts = self.counts, Counts()
            key, plus = _key(name, time.time()), partial(_plus, mine)
            if not add_up(store, key, plus, 2 * WINDOW_S):
                self.counts = self.counts.plus(mine)  # with the next ones
        finally:
            self._lock.release()


def _plus(mine: Counts, published: bytes | None) -> bytes:
    total = _decode(published).plus(mine) if published else mine
    return msgspec.msgpack.encode(total)


def published(name: str, store: Store) -> Counts:
    """What all processes have counted in this window and the one before.

    Raises StoreUnavailableError.
    """
    total = Counts()
    for moment in (time.time(), time.time() - WINDOW_S):
        data = store.get(_key(name, moment))
        total = total.plus(_decode(data)) if data else total
    return total


def _key(name: str, moment: float) -> str:
    return f"{PREFIX}:{conf.namespace()}:{name}:tally:{int(moment // WINDOW_S)}"


def _decode(data: bytes) -> Counts:
    try:
        return msgspec.msgpack.decode(data, type=Counts)
    except msgspec.MsgspecError:
        return Counts()
