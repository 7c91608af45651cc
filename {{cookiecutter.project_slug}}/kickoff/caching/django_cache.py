"""Django's own cache (sessions, throttles, flags) in memcached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, InvalidCacheKey
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.exceptions import ImproperlyConfigured

from kickoff.caching.cache_client import CacheClient
from kickoff.caching.copies import Ahead
from kickoff.caching.stores.base import MAX_KEY_BYTES
from kickoff.caching.stores.memcached import MAX_VALUE_BYTES, MemcachedStore
from kickoff.caching.stores.server import CONNECT_TIMEOUT_S, TIMEOUT_S

OPTIONS = {
    "connect_timeout": CONNECT_TIMEOUT_S,  # seconds
    "timeout": TIMEOUT_S,  # seconds for each answer
    "max_value_bytes": MAX_VALUE_BYTES,  # to fit memcached's -I
}


class MemcachedCache(PyMemcacheCache):
    """`PyMemcacheCache` as Django documents it, with these differences:

    - Connections are kept between requests: a get costs 20 µs instead of 130. They end with their
      thread, are not shared by forks, and never survive an exchange that was interrupted.
    - What is pickled is signed. What was not signed by this site, was signed for another key or
      cannot be unpickled is a miss: `get` gives the default. It is counted and deleted.
      `SECRET_KEY_FALLBACKS` still reads.
    - Each key stays on its server; there is no fail-over that would bring back old values.
    - A timeout between 0 and 1 s is 1 s. (Django's backend makes it 0, and two `add` of a lock
      would both succeed.)

    A server that is away or frozen costs a thread `connect_timeout` + `timeout` once, then one call
    per second tries again. Until it is back:

    - `get` gives the default, `get_many` leaves its keys out, `in` says no;
    - `set` stores nothing and does not raise, `set_many` returns the keys that failed;
    - `add` and `touch` say False, `delete` says False; `incr` and `decr` raise ValueError, as for
      a key that is not there;
    - `clear` raises StoreUnavailableError: who empties a cache relies on it.

    What `set`, `set_many`, `delete` and `delete_many` could not do is made good before this process
    uses the server again: these keys are deleted, no old value comes back. A process that ends
    before takes that knowledge with it.

    A value that is too large is not stored, its old value is deleted; `set` does not raise, `add`
    says False, `set_many` returns its key. The log has a line for each.

    OPTIONS: `connect_timeout`, `timeout` (seconds), `max_value_bytes`.
    """

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        options = params.get("OPTIONS") or {}
        if unknown := options.keys() - OPTIONS.keys():
            raise ImproperlyConfigured(
                f"{type(self).__name__} has no OPTIONS {', '.join(sorted(unknown))}. "
                f"It knows {', '.join(OPTIONS)}."
            )
        self._options = OPTIONS | options

    @cached_property
    def _cache(self) -> CacheClient:
        return CacheClient(
            [server.strip() for server in self.client_servers],
            connect_timeout_s=self._options["connect_timeout"],
            timeout_s=self._options["timeout"],
            max_value_bytes=self._options["max_value_bytes"],
        )

    def get_with_slots(
        self, key: str, slots: Sequence[str], store: MemcachedStore
    ) -> tuple[Any, Ahead] | None:
        """The value of a key, as `get` gives it, together with what lies in slots of the store: in
        one round trip for each server. None when the store has other servers.

        Raises StoreUnavailableError.
        """
        client = self._cache
        if client.servers != store.servers:
            return None
        raw = self.make_and_validate_key(key)
        client.make_good(raw)
        ahead = Ahead(store, [raw, *slots])
        data = ahead.take(raw)
        return (None if data is None else client.decoded(raw, data)), ahead

    def close(self, **kwargs: Any) -> None:
        """Called after each request. Keeps the connection, see `disconnect`."""

    def disconnect(self) -> None:
        """Close this thread's connections."""
        self._cache.disconnect_all()

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int:
        if timeout is DEFAULT_TIMEOUT:
            timeout = self.default_timeout
        whole_s = None if timeout is None else math.ceil(timeout)
        return int(super().get_backend_timeout(whole_s) or 0)

    def validate_key(self, key: str) -> None:
        """Raises InvalidCacheKey. memcached's limit counts bytes, Django's check characters."""
        super().validate_key(key)
        if len(key.encode()) > MAX_KEY_BYTES:
            raise InvalidCacheKey(f"{key!r} is longer than {MAX_KEY_BYTES} bytes in UTF-8.")
