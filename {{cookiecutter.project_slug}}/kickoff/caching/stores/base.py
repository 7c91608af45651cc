"""What a store promises: three answers, and never a failure that looks like a miss.

Every call gives its answer (a value, None, True, False) or raises `StoreUnavailableError`. Whoever
takes "no answer" for "absent" sends every visitor to the database at the very moment when the site
is weakest.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_KEY_BYTES = 250  # memcached's limit, doc/protocol.txt
MAX_TTL_S = 30 * 24 * 3600  # memcached reads larger numbers as a date, doc/protocol.txt

# `beside:<name>:<key>` lies on the server of `<key>`, so that one question brings both.
BESIDE = re.compile(r"beside:[0-9a-f]+:")

_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY_BYTES}}}")


class StoreUnavailableError(Exception):
    """The store did not answer; `server` names which one. Never means: the key is absent.

    A write that raises this may have happened or not.
    """

    def __init__(self, server: str, reason: str) -> None:
        super().__init__(f"{server} does not answer: {reason}")
        self.server = server


class ValueTooLargeError(Exception):
    """The value is larger than the store takes; nothing was stored. Sizes are in bytes."""

    def __init__(self, key: str, size_bytes: int, limit_bytes: int) -> None:
        super().__init__(
            f"The value of {key} has {size_bytes} bytes, the store takes {limit_bytes}."
        )
        self.key = key
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A value, and the token by which `cas` knows that it is still the same one."""

    value: bytes
    token: Hashable


@dataclass(frozen=True, slots=True)
class Write:
    """A value for a key: where a token is given as `cas` writes it, else as `set` does."""

    key: str
    value: bytes
    ttl_s: int
    token: Hashable | None = None


class Store(Protocol):
    """Where slots live. Safe for threads, processes and forks.

    Keys are 1 to 250 visible ASCII characters, TTLs whole seconds from 1 to 30 days; anything else
    is a ValueError. A TTL of 1 s may end much earlier: memcached counts ticks of a second.
    Every call may raise StoreUnavailableError, those that store also ValueTooLargeError.
    """

    def get(self, key: str) -> bytes | None:
        """The value, or None when the key is absent."""

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """The values of those keys that are not absent, in one round trip for each server."""

    def gets(self, key: str) -> Held | None:
        """The value with the token for `cas`, or None when the key is absent."""

    def add(self, key: str, value: bytes, ttl_s: int) -> bool:
        """Store if absent. False: somebody's value is there."""

    def add_or_gets(self, key: str, value: bytes, ttl_s: int) -> Held | None:
        """Store if absent; what is there then, in the same round trip. Whether it is ours its value
        tells. None: it went away in between."""

    def add_or_gets_many(self, values: Mapping[str, bytes], ttl_s: int) -> dict[str, Held]:
        """The same for several keys, in one round trip for each server. What went away in between
        is left out."""

    def cas(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        """Store if the key still holds what `gets` saw. False: it changed or is gone."""

    def set(self, key: str, value: bytes, ttl_s: int) -> None:
        """Store, whatever is there. Never a slot: it might be overwritten by an older value."""

    def write_many(self, writes: Sequence[Write]) -> list[bool]:
        """Several, each key once, in one round trip for each server. False: not stored, because
        `cas` did not find what `gets` saw, or because it is too large."""

    def delete(self, key: str) -> bool:
        """True: it was there and is gone. False: it was absent."""

    def server_of(self, key: str) -> str:
        """The name of the server that holds this key, always the same one. See BESIDE."""

    def prune(self) -> int:
        """Make room by removing what has expired; returns how many keys went."""

    def close(self) -> None:
        """Close the connections of this thread; the next call opens new ones."""


def check_key(key: str) -> None:
    """Raises ValueError for a key that a store could not hold."""
    if _KEY.fullmatch(key) is None:
        raise ValueError(
            f"{key[:300]!r} cannot be a key: 1 to {MAX_KEY_BYTES} visible ASCII characters, "
            "without blanks."
        )


def check_write(key: str, value: bytes, ttl_s: int) -> None:
    """Raises ValueError for a bad key or TTL, TypeError for a value that is not bytes."""
    check_key(key)
    if type(value) is not bytes:
        raise TypeError(f"A store holds bytes, the value of {key} is {type(value).__name__}.")
    if type(ttl_s) is not int or not 1 <= ttl_s <= MAX_TTL_S:
        raise ValueError(
            f"{ttl_s!r} cannot be the TTL of {key}: whole seconds from 1 to {MAX_TTL_S} (30 days)."
        )
