"""Where slots live: in memcached, or in an SQLite file. `base.py` says what both promise."""

from __future__ import annotations

from kickoff.caching.stores.base import (
    MAX_KEY_BYTES,
    MAX_TTL_S,
    Held,
    Store,
    StoreUnavailableError,
    ValueTooLargeError,
)
from kickoff.caching.stores.memcached import MemcachedStore
from kickoff.caching.stores.sqlite import SqliteStore
from kickoff.caching.stores.urls import memcached_servers, store_from_url

__all__ = [
    "MAX_KEY_BYTES",
    "MAX_TTL_S",
    "Held",
    "MemcachedStore",
    "SqliteStore",
    "Store",
    "StoreUnavailableError",
    "ValueTooLargeError",
    "memcached_servers",
    "store_from_url",
]
