"""Slots in memcached: as many servers as needed, each key on one of them for ever."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from pymemcache.exceptions import MemcacheClientError, MemcacheServerError

from kickoff.caching.stores.base import (
    BESIDE,
    Held,
    StoreUnavailableError,
    ValueTooLargeError,
    check_key,
    check_write,
)
from kickoff.caching.stores.placement import Placement
from kickoff.caching.stores.server import CONNECT_TIMEOUT_S, TIMEOUT_S, MemcachedServer

# What `memcached -I 1m` takes beside the longest key; the tests try it on a real server.
ITEM_OVERHEAD_BYTES = 512
MAX_VALUE_BYTES = 1024 * 1024 - ITEM_OVERHEAD_BYTES


class MemcachedStore:
    """A `Store` on `servers` (`host:port`, `[::1]:11211`, `unix:/path`), see `Placement`.

    A frozen server costs a thread `connect_timeout_s` + `timeout_s` once; then the breaker answers
    for it, and one call per second tries again. A server that was restarted costs nothing: its
    connections are replaced before they are used. `max_value_bytes` must fit memcached's `-I`.
    """

    def __init__(
        self,
        servers: Sequence[str],
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        timeout_s: float = TIMEOUT_S,
        max_value_bytes: int = MAX_VALUE_BYTES,
    ) -> None:
        self._placement = Placement(servers)
        self._servers = {
            name: MemcachedServer(name, connect_timeout_s=connect_timeout_s, timeout_s=timeout_s)
            for name in servers
        }
        self._max_value_bytes = max_value_bytes

    @property
    def servers(self) -> set[str]:
        return set(self._servers)

    def get(self, key: str) -> bytes | None:
        check_key(key)
        values: dict[str, bytes] = self._read(self._server(key), "get_values", (key,))
        return values.get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        by_server: dict[MemcachedServer, list[str]] = {}
        for key in dict.fromkeys(keys):
            check_key(key)
            by_server.setdefault(self._server(key), []).append(key)
        found: dict[str, bytes] = {}
        for server, of_server in by_server.items():
            found |= self._read(server, "get_values", of_server)
        return found

    def gets(self, key: str) -> Held | None:
        check_key(key)
        held: Held | None = self._read(self._server(key), "gets_held", key)
        return held

    def add(self, key: str, value: bytes, ttl_s: int) -> bool:
        check_write(key, value, ttl_s)
        return bool(self._write("add", key, value, ttl_s))

    def add_or_gets(self, key: str, value: bytes, ttl_s: int) -> Held | None:
        check_write(key, value, ttl_s)
        held: Held | None = self._write("add_or_gets_held", key, value, ttl_s)
        return held

    def cas(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        check_write(key, value, ttl_s)
        return bool(self._write("cas_held", key, value, token, ttl_s))

    def set(self, key: str, value: bytes, ttl_s: int) -> None:
        check_write(key, value, ttl_s)
        self._write("set", key, value, ttl_s)

    def delete(self, key: str) -> bool:
        check_key(key)
        server = self._server(key)
        try:
            return bool(server.write("delete", key))
        except (MemcacheServerError, MemcacheClientError) as error:
            raise StoreUnavailableError(server.name, str(error)) from error

    def server_of(self, key: str) -> str:
        check_key(key)
        return self._server(key).name

    def prune(self) -> int:
        return 0  # memcached sees to it itself

    def close(self) -> None:
        for server in self._servers.values():
            server.close()

    def _server(self, key: str) -> MemcachedServer:
        beside = BESIDE.match(key)
        placed_by = key[beside.end() :] if beside else key
        return self._servers[self._placement.server_of(placed_by.encode())]

    def _read(self, server: MemcachedServer, command: str, asked: str | Sequence[str]) -> Any:
        try:
            return server.read(command, asked)
        except (MemcacheServerError, MemcacheClientError) as error:
            raise StoreUnavailableError(server.name, str(error)) from error

    def _write(self, command: str, key: str, value: bytes, *args: Any) -> Any:
        if len(value) > self._max_value_bytes:
            raise ValueTooLargeError(key, len(value), self._max_value_bytes)
        server = self._server(key)
        try:
            return server.write(command, key, value, *args)
        except (MemcacheServerError, MemcacheClientError) as error:
            if is_too_large(error):
                raise ValueTooLargeError(key, len(value), self._max_value_bytes) from error
            raise StoreUnavailableError(server.name, str(error)) from error


def is_too_large(error: Exception) -> bool:
    """Is this memcached's answer to a value beyond its `-I`?"""
    return "too large" in str(error)
