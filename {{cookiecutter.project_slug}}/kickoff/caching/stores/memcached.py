"""Slots in memcached: as many servers as needed, each key on one of them for ever."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from pymemcache.exceptions import MemcacheClientError, MemcacheServerError

from kickoff.caching.stores.base import (
    BESIDE,
    Held,
    StoreUnavailableError,
    ValueTooLargeError,
    Write,
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
        for key in keys:
            check_key(key)
        found: dict[str, bytes] = {}
        for server, of_server in self._by_server(keys).items():
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
        return self.add_or_gets_many({key: value}, ttl_s).get(key)

    def add_or_gets_many(self, values: Mapping[str, bytes], ttl_s: int) -> dict[str, Held]:
        for key, value in values.items():
            check_write(key, value, ttl_s)
            self._check_size(key, value)
        held: dict[str, Held] = {}
        for server, keys in self._by_server(values).items():
            of_server = {key: values[key] for key in keys}
            largest = max(of_server.items(), key=lambda each: len(each[1]))
            held |= self._send(server, largest, "add_or_gets_held", of_server, ttl_s)
        return held

    def cas(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        check_write(key, value, ttl_s)
        return bool(self._write("cas_held", key, value, token, ttl_s))

    def set(self, key: str, value: bytes, ttl_s: int) -> None:
        check_write(key, value, ttl_s)
        self._write("set", key, value, ttl_s)

    def write_many(self, writes: Sequence[Write]) -> list[bool]:
        for write in writes:
            check_write(write.key, write.value, write.ttl_s)
        fitting = {each.key: each for each in writes if len(each.value) <= self._max_value_bytes}
        stored: set[str] = set()
        for server, keys in self._by_server(fitting).items():
            of_server = [fitting[key] for key in keys]
            answers = self._send(server, (keys[0], b""), "write_many", of_server)
            stored |= {key for key, is_stored in zip(keys, answers, strict=True) if is_stored}
        return [write.key in stored for write in writes]

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

    def _by_server(self, keys: Iterable[str]) -> dict[MemcachedServer, list[str]]:
        """Each key once."""
        found: dict[MemcachedServer, list[str]] = {}
        for key in dict.fromkeys(keys):
            found.setdefault(self._server(key), []).append(key)
        return found

    def _read(self, server: MemcachedServer, command: str, asked: str | Sequence[str]) -> Any:
        try:
            return server.read(command, asked)
        except (MemcacheServerError, MemcacheClientError) as error:
            raise StoreUnavailableError(server.name, str(error)) from error

    def _write(self, command: str, key: str, value: bytes, *args: Any) -> Any:
        self._check_size(key, value)
        return self._send(self._server(key), (key, value), command, key, value, *args)

    def _send(
        self, server: MemcachedServer, largest: tuple[str, bytes], command: str, *args: Any
    ) -> Any:
        """Raises ValueTooLargeError for the largest value when the server has refused one."""
        try:
            return server.write(command, *args)
        except (MemcacheServerError, MemcacheClientError) as error:
            if is_too_large(error):
                key, value = largest
                raise ValueTooLargeError(key, len(value), self._max_value_bytes) from error
            raise StoreUnavailableError(server.name, str(error)) from error

    def _check_size(self, key: str, value: bytes) -> None:
        if len(value) > self._max_value_bytes:
            raise ValueTooLargeError(key, len(value), self._max_value_bytes)


def is_too_large(error: Exception) -> bool:
    """Is this memcached's answer to a value beyond its `-I`?"""
    return "too large" in str(error)
