"""One memcached server as this process sees it: kept connections, time-outs, a breaker.

Why not pymemcache's HashClient: for seconds after a failure it answers like a miss or a "not
stored", and moves keys to other servers. Why connections are kept: a get costs 20 µs, 130 µs when
it has to connect first.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from collections.abc import Hashable, Sequence
from typing import Any

from pymemcache.client.base import Client, normalize_server_spec
from pymemcache.exceptions import (
    MemcacheClientError,
    MemcacheError,
    MemcacheServerError,
    MemcacheUnexpectedCloseError,
    MemcacheUnknownCommandError,
    MemcacheUnknownError,
)

from kickoff.caching.stores.base import Held, StoreUnavailableError
from kickoff.caching.stores.breaker import Breaker

CONNECT_TIMEOUT_S = 0.2
TIMEOUT_S = 0.2

RECEIVE_BYTES = 128 * 1024
_END_OF_LINE = b"\r\n"
_NOTHING = b"END\r\n"

# The kept connection was closed by the other side, most likely because memcached was restarted.
_STALE = (ConnectionError, MemcacheUnexpectedCloseError)


class MemcachedServer:
    """Sends commands of pymemcache's `Client` to the server `name`.

    `name` is `host:port`, `[::1]:11211` or `unix:/path`, else ValueError. Write an address rather
    than a host name: the resolver has no time-out, and pymemcache tries only the first address.

    A connection is taken out of its thread's place while it is used, and only a finished exchange
    puts it back. So an exchange that was interrupted, by whatever exception, can never leave its
    reply for the next one to read; nor can a signal handler that uses the cache in between.
    """

    def __init__(
        self,
        name: str,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        timeout_s: float = TIMEOUT_S,
        breaker: Breaker | None = None,
    ) -> None:
        normalize_server_spec(name)  # ValueError now rather than with the first visitor.
        self.name = name
        self.breaker = breaker or Breaker(f"memcached {name}")
        self._connect_timeout_s = connect_timeout_s
        self._timeout_s = timeout_s
        self._kept = _Kept()

    def read(self, command: str, *args: Any) -> Any:
        """An idempotent command: on a stale connection it is sent again, once, on a new one.

        Raises StoreUnavailableError, and pymemcache's MemcacheServerError or MemcacheClientError
        for what the server answered but refused.
        """
        connection, was_kept = self._take()
        try:
            try:
                answer = getattr(connection, command)(*args)
            except _STALE:
                connection.close()
                if not was_kept:
                    raise
                answer = getattr(connection, command)(*args)
        except BaseException as error:
            self._give_up(connection, error)
            raise
        self._put_back(connection)
        return answer

    def write(self, command: str, *args: Any) -> Any:
        """A command that is sent at most once: an answer that was lost is StoreUnavailableError.

        Raises as `read` does. A stale connection is noticed before anything is sent.
        """
        connection, was_kept = self._take()
        try:
            if was_kept and connection.is_stale():
                connection.close()
            answer = getattr(connection, command)(*args)
        except BaseException as error:
            self._give_up(connection, error)
            raise
        self._put_back(connection)
        return answer

    def close(self) -> None:
        """Close this thread's connection."""
        connection, self._kept.connection = self._kept.connection, None
        if connection is not None:
            connection.close()

    def _take(self) -> tuple[Connection, bool]:
        """This thread's connection, and whether it was in use before."""
        if not self.breaker.allows():
            raise StoreUnavailableError(self.name, "it failed a moment ago")
        kept = self._kept
        connection, kept.connection = kept.connection, None
        if connection is not None and kept.pid == os.getpid():
            return connection, True
        return self._connection(), False

    def _put_back(self, connection: Connection) -> None:
        self.breaker.succeeded()
        self._kept.pid = os.getpid()
        self._kept.connection = connection

    def _give_up(self, connection: Connection, error: BaseException) -> None:
        """Close, and translate what means "no answer" into StoreUnavailableError."""
        connection.close()
        if _is_refusal(error):
            self.breaker.succeeded()
        elif isinstance(error, OSError | MemcacheError | ValueError | KeyError):
            # pymemcache raises ValueError and KeyError for replies that it cannot read.
            reason = str(error) or type(error).__name__
            self.breaker.failed(reason)
            raise StoreUnavailableError(self.name, reason) from error

    def _connection(self) -> Connection:
        return Connection(
            self.name,
            connect_timeout=self._connect_timeout_s,
            timeout=self._timeout_s,
            no_delay=True,  # Else a write waits up to 40 ms for the other side's delayed ACK.
            default_noreply=False,
            allow_unicode_keys=True,
        )


class Connection(Client):
    """pymemcache's plain client, which also knows to which life of the server it is connected."""

    _incarnation: str | None = None

    def close(self) -> None:
        self._incarnation = None
        super().close()

    def __del__(self) -> None:
        self.close()

    def get_values(self, keys: Sequence[str]) -> dict[str, bytes]:
        """`get` of one or more keys, with the whole answer read at once.

        pymemcache reads it line by line and 4 kB at a time, which takes half as long again for a
        page of 18 kB.
        """
        if self.sock is None:
            self._connect()
        self._open_socket.sendall(b"get " + " ".join(keys).encode() + _END_OF_LINE)
        values: dict[str, bytes] = {}
        unanswered = set(keys)
        data, at = self._receive(b"", len(_NOTHING)), 0
        while data[at:] != _NOTHING:
            while (end := data.find(_END_OF_LINE, at)) < 0:
                data = self._receive(data, len(data) + 1)
            key, size_bytes = self._value_head(data[at:end], unanswered)
            start = end + len(_END_OF_LINE)
            stop = start + size_bytes
            at = stop + len(_END_OF_LINE)
            data = self._receive(data, at + len(_NOTHING))  # at least that is left
            if data[stop:at] != _END_OF_LINE:
                raise MemcacheUnknownError(data[stop:at])
            values[key] = data[start:stop]
        return values

    def _value_head(self, head: bytes, unanswered: set[str]) -> tuple[str, int]:
        """The key and the size of the value that follows; the key is answered then."""
        self._raise_errors(head, b"get")
        words = head.decode().split()
        if len(words) != 4 or words[0] != "VALUE" or words[1] not in unanswered:
            raise MemcacheUnknownError(head)  # of another question: this socket is out of step
        unanswered.remove(words[1])
        return words[1], int(words[3])

    def _receive(self, data: bytes, size_bytes: int) -> bytes:
        """Data with what follows, until there are so many bytes."""
        while len(data) < size_bytes:
            more = self._open_socket.recv(RECEIVE_BYTES)
            if not more:
                raise MemcacheUnexpectedCloseError
            data = data + more if data else more
        return data

    @property
    def _open_socket(self) -> socket.socket:
        assert self.sock is not None, "connected before it is used"
        return self.sock

    def is_stale(self) -> bool:
        """Is there something to read although nothing was asked? Then the other side is gone."""
        if self.sock is None:
            return False
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return bool(poll.poll(0))

    def incarnation(self) -> str:
        """To which life of the server this connection leads: its process id and start time. Asked
        once: both end together."""
        if self._incarnation is None:
            stats = self.stats()  # type: ignore[no-untyped-call]
            started_at = int(stats[b"time"]) - int(stats[b"uptime"])
            self._incarnation = f"{stats[b'pid']}-{started_at}"
        return self._incarnation

    def gets_held(self, key: str) -> Held | None:
        """`gets` with a token that no later life of the server accepts."""
        incarnation = self.incarnation()
        value, cas_id = self.gets(key)
        return None if cas_id is None else Held(value, (incarnation, cas_id))

    def cas_held(self, key: str, value: bytes, token: Hashable, ttl_s: int) -> bool:
        """`cas` with such a token. memcached counts its cas ids from 1 after a restart, so that a
        bare id could hit another value; a connection, however, ends with its server.
        """
        assert isinstance(token, tuple)
        incarnation, cas_id = token
        if incarnation != self.incarnation():
            return False
        return self.cas(key, value, cas_id, ttl_s) is True


class _Kept(threading.local):
    """The connection that a thread keeps, and the process that opened it."""

    connection: Connection | None = None
    pid = 0


def _is_refusal(error: BaseException) -> bool:
    """Did the server understand and say no (too large, out of memory, not a number)?"""
    if isinstance(error, MemcacheUnknownCommandError | MemcacheUnexpectedCloseError):
        return False
    return isinstance(error, MemcacheServerError | MemcacheClientError)
