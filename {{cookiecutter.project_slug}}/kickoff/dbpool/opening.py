"""Opening connections: a server that does not answer costs its time-out once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import MySQLdb

from kickoff.caching.stores.breaker import Breaker

if TYPE_CHECKING:
    from kickoff.dbpool.driver import Connection

# An attempt to connect that fails later than this has waited for a server that does not answer. A
# refusal comes within milliseconds: it costs nothing, so it is asked for again each time.
SLOW_S = 0.5

CANNOT_CONNECT = 2003  # as MySQL counts its errors


class Opening:
    """Calls `connect`. After an attempt that waited in vain, one per second is made."""

    def __init__(self, alias: str, connect: Callable[[], Connection]) -> None:
        self._alias = alias
        self._connect = connect
        self._breaker = Breaker(f"MySQL ({alias})")

    @property
    def is_away(self) -> bool:
        """The server did not answer, and was not heard of since."""
        return self._breaker.is_open

    def __call__(self) -> Connection:
        """Raises MySQLdb.OperationalError."""
        if not self._breaker.allows():
            raise MySQLdb.OperationalError(
                CANNOT_CONNECT,
                f"The server of the database {self._alias!r} did not answer a moment ago. "
                "It is asked again once a second.",
            )
        started = time.monotonic()
        try:
            connection = self._connect()
        except MySQLdb.OperationalError as error:
            if time.monotonic() - started >= SLOW_S:
                self._breaker.failed(str(error))
            raise
        self._breaker.succeeded()
        return connection
