"""Which pages are asked for most: counted in each process, summed up in the store."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock

import msgspec

from kickoff.caching import conf
from kickoff.caching.keys import PREFIX, Arguments, decode_arguments, encode_arguments
from kickoff.caching.stores.base import Store, ValueTooLargeError
from kickoff.caching.summing import add_up

PUBLISH_S = 3.0  # two calls of the store for each entry that is asked for
WINDOW_S = 10  # what is counted in one key; the demand is that of this window and the one before
MOST = 2_000  # keys of an entry, 20 kB; more than the refresher makes in CACHING_AHEAD_S

Asked = Counter[Arguments]
_PAIRS = list[tuple[str, int]]


class Demand:
    """What this process was asked for and has not yet published. Like a tally it takes no lock: a
    visitor who is not counted does no harm."""

    def __init__(self) -> None:
        self._asked: dict[Arguments, int] = {}
        self._published_at = time.monotonic()
        self._lock = Lock()

    def count(self, arguments: Arguments) -> None:
        asked = self._asked
        if arguments in asked or len(asked) < MOST:
            asked[arguments] = asked.get(arguments, 0) + 1

    def publish_when_due(self, name: str, store: Callable[[], Store]) -> None:
        """Adds the counts to those in the store, at most once in PUBLISH_S."""
        if time.monotonic() - self._published_at < PUBLISH_S or not self._lock.acquire(False):
            return
        try:
            self._published_at = time.monotonic()
            asked, self._asked = self._asked, {}
            mine = Counter(asked.copy())  # Another thread may be counting there.
            with suppress(ValueTooLargeError):
                add_up(store, _key(name, time.time()), partial(_plus, mine), 3 * WINDOW_S)
        finally:
            self._lock.release()


def most_asked(name: str, store: Store) -> Asked:
    """What all processes were asked for most.

    Raises StoreUnavailableError.
    """
    now = time.time()
    return _decode(store.get(_key(name, now))) + _decode(store.get(_key(name, now - WINDOW_S)))


def _plus(mine: Asked, published: bytes | None) -> bytes:
    most = (_decode(published) + mine).most_common(MOST)
    return msgspec.msgpack.encode([(encode_arguments(each), count) for each, count in most])


def _key(name: str, moment: float) -> str:
    return f"{PREFIX}:{conf.namespace()}:{name}:asked:{int(moment // WINDOW_S)}"


def _decode(data: bytes | None) -> Asked:
    try:
        pairs = msgspec.msgpack.decode(data, type=_PAIRS) if data else []
        return Counter({decode_arguments(arguments): count for arguments, count in pairs})
    except (msgspec.MsgspecError, ValueError, TypeError):
        return Counter()
