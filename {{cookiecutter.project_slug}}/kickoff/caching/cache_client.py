"""What Django's memcached backend calls its library: here our servers in place of HashClient."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from pymemcache.exceptions import MemcacheClientError, MemcacheServerError

from kickoff.caching.signed_values import RefusedValueError, dumps, loads, refusals
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.stores.locks import ForkSafeLock
from kickoff.caching.stores.memcached import is_too_large
from kickoff.caching.stores.placement import Placement
from kickoff.caching.stores.server import MemcachedServer

logger = logging.getLogger("kickoff.caching")

T = TypeVar("T")

# About 2 MB of keys. A server that was away for longer than this lasts may show old values for as
# long as these were to live.
MAX_LOST_KEYS = 10_000


class CacheServer:
    """A server whose lost writes are made good.

    A `set` or `delete` that could not be sent leaves the old value behind: somebody logged out,
    and is logged in again when the server is back. So this process remembers these keys and deletes
    them before it uses the server again. (Not `add` and `incr`: what is there by then may be
    another's lock or count.)
    """

    def __init__(self, server: MemcachedServer) -> None:
        self.server = server
        self._lost: dict[str, None] = {}
        self._lock = ForkSafeLock()

    def read(self, command: str, *args: Any) -> Any:
        self.make_good()
        return self.server.read(command, *args)

    def write(self, command: str, *args: Any) -> Any:
        self.make_good()
        return self.server.write(command, *args)

    def replace(self, keys: Sequence[str], command: str, *args: Any) -> Any:
        """A write after which the old values of `keys` must not be seen, come what may."""
        try:
            return self.write(command, *args)
        except BaseException:
            self._remember(keys)
            raise

    def _remember(self, keys: Sequence[str]) -> None:
        with self._lock:
            self._lost.update(dict.fromkeys(keys))
            for oldest in list(self._lost)[:-MAX_LOST_KEYS]:
                del self._lost[oldest]

    def make_good(self) -> None:
        if not self._lost:
            return
        with self._lock:
            lost = list(self._lost)
            if lost:
                self.server.write("delete_many", lost)
                self._lost.clear()


@cache
def cache_server(name: str, connect_timeout_s: float, timeout_s: float) -> CacheServer:
    """One per process: Django makes a cache object for each thread and each async task."""
    server = MemcachedServer(name, connect_timeout_s=connect_timeout_s, timeout_s=timeout_s)
    return CacheServer(server)


class CacheClient:
    """The methods that `BaseMemcachedCache` expects, see `MemcachedCache` for what they promise."""

    def __init__(
        self,
        servers: Sequence[str],
        *,
        connect_timeout_s: float,
        timeout_s: float,
        max_value_bytes: int,
    ) -> None:
        self._placement = Placement(servers)
        self._servers = {name: cache_server(name, connect_timeout_s, timeout_s) for name in servers}
        self._max_value_bytes = max_value_bytes

    @property
    def servers(self) -> set[str]:
        return set(self._servers)

    def make_good(self, key: str) -> None:
        """To be called before this key is read by another connection than ours.

        Raises StoreUnavailableError.
        """
        self._server(key).make_good()

    def decoded(self, key: str, data: bytes) -> Any:
        """What another connection has read there; None for what we refuse to read."""
        return self._loads(key, data, None)

    def get(self, key: str, default: Any = None) -> Any:
        data = _or(None, lambda: self._server(key).read("get", key))
        if data is None:
            return default
        return self._loads(key, data, default)

    def get_multi(self, keys: Iterable[str]) -> dict[str, Any]:
        missing = object()
        found: dict[str, bytes] = {}
        for server, its_keys in self._by_server(keys):
            found |= _or({}, lambda s=server, k=its_keys: s.read("get_many", k))  # type: ignore[misc]
        values = {key: self._loads(key, data, missing) for key, data in found.items()}
        return {key: value for key, value in values.items() if value is not missing}

    def add(self, key: str, value: object, expire: int) -> bool:
        data = self._dumps(key, value)
        if data is None:
            return False
        return bool(_or(False, lambda: self._server(key).write("add", key, data, expire)))

    def set(self, key: str, value: object, expire: int) -> bool:
        return not self.set_multi({key: value}, expire)

    def set_multi(self, values: Mapping[str, object], expire: int) -> list[str]:
        """The keys that were not stored; their old values are deleted."""
        encoded = {key: self._dumps(key, value) for key, value in values.items()}
        failed = [key for key, data in encoded.items() if data is None]
        for server, keys in self._by_server(key for key in encoded if encoded[key] is not None):
            part = {key: encoded[key] for key in keys}
            failed += _or(
                keys,
                lambda s=server, k=keys, p=part: s.replace(k, "set_many", p, expire),  # type: ignore[misc]
            )
        self.delete_multi(failed)
        return failed

    def delete(self, key: str) -> bool:
        return bool(_or(False, lambda: self._server(key).replace([key], "delete", key)))

    def delete_multi(self, keys: Iterable[str]) -> None:
        for server, its_keys in self._by_server(keys):
            _or(None, lambda s=server, k=its_keys: s.replace(k, "delete_many", k))  # type: ignore[misc]

    def touch(self, key: str, expire: int) -> bool:
        return bool(_or(False, lambda: self._server(key).write("touch", key, expire)))

    def incr(self, key: str, delta: int) -> int | None:
        return self._count("incr", key, delta)

    def decr(self, key: str, delta: int) -> int | None:
        return self._count("decr", key, delta)

    def flush_all(self) -> None:
        """Raises StoreUnavailableError when a server could not be emptied."""
        for server in self._servers.values():
            server.write("flush_all")

    def disconnect_all(self) -> None:
        for server in self._servers.values():
            server.server.close()

    def _count(self, command: str, key: str, delta: int) -> int | None:
        try:
            number: int | None = self._server(key).write(command, key, delta)
        except MemcacheClientError as error:
            raise ValueError(f"The value of {key!r} is no number from 0 to 2⁶⁴-1.") from error
        except (StoreUnavailableError, MemcacheServerError):
            return None
        return number

    def _server(self, key: str) -> CacheServer:
        return self._servers[self._placement.server_of(key.encode())]

    def _by_server(self, keys: Iterable[str]) -> list[tuple[CacheServer, list[str]]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for key in keys:
            groups[self._placement.server_of(key.encode())].append(key)
        return [(self._servers[name], group) for name, group in groups.items()]

    def _dumps(self, key: str, value: object) -> bytes | None:
        """None, and a line in the log, when memcached would refuse it for its size."""
        data = dumps(key, value)
        if len(data) <= self._max_value_bytes:
            return data
        logger.warning(
            "The value of %r has %d bytes and is not cached: memcached takes %d.",
            *(key, len(data), self._max_value_bytes),
        )
        return None

    def _loads(self, key: str, data: bytes, default: Any) -> Any:
        """`default` for what we refuse to read; it is deleted, so that `add` can replace it."""
        try:
            return loads(key, data)
        except RefusedValueError as error:
            refusals.note(key, error)
            self.delete(key)
            return default


def _or(otherwise: T, ask: Callable[[], T]) -> T:
    """What the server answers; `otherwise` when it does not, or has no room."""
    try:
        return ask()
    except (StoreUnavailableError, MemcacheServerError, MemcacheClientError) as error:
        if isinstance(error, MemcacheServerError) and is_too_large(error):
            logger.warning("memcached refused a value: lower max_value_bytes to its -I. %s", error)
        return otherwise
