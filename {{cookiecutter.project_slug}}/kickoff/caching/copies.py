"""Copies of derived values under keys without versions.

The key of a derived slot is known when the versions of its parts are: one round trip for a part,
another for the slot. A copy can be asked for together with the part. It says of which slot it is
one; who is led to another slot by the parts takes its lease, or finds what is there. So a copy that
is old, or that an older one has overwritten, is not taken for the new value. HTML that shows the
same is made from it, and while the refresher makes a page it may be served as the one of before.
Of several memcached servers a copy lies on that of the part.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from kickoff.caching.stores.base import Store

_SEPARATOR = b"\n"  # is in no key


def copy_of(slot: str, data: bytes) -> bytes:
    """The bytes of a copy of what lies in a slot."""
    return slot.encode() + _SEPARATOR + data


def opened(copy: bytes) -> tuple[str, bytes]:
    """Of which slot it is a copy, and what lies there."""
    slot, _, data = copy.partition(_SEPARATOR)
    return slot.decode("ascii", "replace"), data


class Ahead:
    """The answers to several questions, asked at once: each can be taken as often as it was asked
    for. Who looks again wants to know what is there by then.

    Raises StoreUnavailableError.
    """

    def __init__(self, store: Store, keys: Sequence[str]) -> None:
        self.asked_at = time.monotonic()
        self._left: dict[str, int] = {}
        for key in keys:
            self._left[key] = self._left.get(key, 0) + 1
        self._found = store.get_many([*self._left])

    def __contains__(self, key: str) -> bool:
        return self._left.get(key, 0) > 0

    def take(self, key: str) -> bytes | None:
        """The value, or None when the key was absent."""
        self._left[key] -= 1
        return self._found.get(key)


_ahead: ContextVar[Ahead | None] = ContextVar("ahead", default=None)


def asked_ahead(key: str) -> Ahead | None:
    """The answers of which this key's is one."""
    ahead = _ahead.get()
    return ahead if ahead is not None and key in ahead else None


def is_asked_ahead() -> bool:
    return _ahead.get() is not None


@contextmanager
def known_ahead(ahead: Ahead) -> Iterator[None]:
    """Reads in this block find these answers."""
    token = _ahead.set(ahead)
    try:
        yield
    finally:
        _ahead.reset(token)
