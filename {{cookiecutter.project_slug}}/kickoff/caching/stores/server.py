"""One memcached server as this process sees it: kept connections, time-outs, a breaker.

Why not pymemcache's HashClient: for seconds after a failure it answers like a miss or a "not
stored", and moves keys to other servers. Why connections are kept: a get costs 20 µs, 130 µs when
it has to connect first.
"""

from __future__ import annotations

import os
import threading
from typing import Any

from pymemcache.client.base import normalize_server_spec
from pymemcache.exceptions import (
    MemcacheClientError,
    MemcacheError,
    MemcacheServerError,
    MemcacheUnexpectedCloseError,
    MemcacheUnknownCommandError,
)

from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.stores.breaker import Breaker
from kickoff.caching.stores.connection import Connection

CONNECT_TIMEOUT_S = 0.2
TIMEOUT_S = 0.2

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


class _Kept(threading.local):
    """The connection that a thread keeps, and the process that opened it."""

    connection: Connection | None = None
    pid = 0


def _is_refusal(error: BaseException) -> bool:
    """Did the server understand and say no (too large, out of memory, not a number)?"""
    if isinstance(error, MemcacheUnknownCommandError | MemcacheUnexpectedCloseError):
        return False
    return isinstance(error, MemcacheServerError | MemcacheClientError)
