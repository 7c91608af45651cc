"""The connections of this process to one database: SQLAlchemy's QueuePool, for MySQL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any
from weakref import WeakSet, ref

import MySQLdb
from sqlalchemy import event, exc
from sqlalchemy.pool import (
    ConnectionPoolEntry,
    PoolProxiedConnection,
    PoolResetState,
    QueuePool,
)

from kickoff.caching.stores.breaker import Breaker
from kickoff.dbpool.options import PoolOptions
from kickoff.dbpool.session import Connection, Session
from kickoff.dbpool.status import PoolStatus

# An attempt to connect that fails later than this has waited for a server that does not answer. A
# refusal comes within milliseconds: it costs nothing, so it is asked for again each time.
SLOW_S = 0.5

TOO_MANY_CONNECTIONS = 1040  # the numbers that MySQL gives
CANNOT_CONNECT = 2003


class ConnectionPool:
    """Hands out connections that work, in autocommit and in no transaction.

    `connect` opens a physical one. `take` raises MySQLdb.OperationalError: in `options.timeout`
    when none is free, in the connect time-out when the server does not answer, and for a second
    after that at once.
    """

    def __init__(
        self,
        alias: str,
        database: str,
        options: PoolOptions,
        connect: Callable[[], Connection],
        *,
        autocommit: bool = True,
    ) -> None:
        self.alias = alias
        self.database = database
        self.options = options
        self.server_data: dict[str, Any] | None = None  # what Django asks each new server
        self._open = connect
        self._autocommit = autocommit
        self._breaker = Breaker(f"MySQL ({alias})")
        self._lost_at = 0.0
        self._count_lock = Lock()
        self._counts = dict.fromkeys(["waiting", "waits", "exhausted", "connects", "losses"], 0)
        self._sessions: WeakSet[Session] = WeakSet()
        self._queue = QueuePool(
            self._connect,
            pool_size=options.pool_size,
            max_overflow=options.max_overflow,
            timeout=options.timeout,
            recycle=options.recycle,
            use_lifo=True,  # What is not needed grows old and is replaced, not used in turn.
            reset_on_return=None,  # _clean does it, and needs no round trip for it.
        )
        event.listen(self._queue, "connect", self._begin)
        event.listen(self._queue, "reset", self._clean)

    def take(self) -> tuple[PoolProxiedConnection, Session]:
        while True:
            taken = self._get()
            session: Session = taken.info["session"]
            if self._is_alive(session):
                session.user = ref(taken)
                return taken, session
            taken.invalidate()  # The next one is another, or new.

    def note_loss(self) -> None:
        """A connection was found broken: those that lie idle now are not trusted any more.

        Mostly the server was restarted, and all are broken. They are replaced without being asked:
        a frozen server would let each question wait for its time-out.
        """
        self._count("losses")
        self._lost_at = time.monotonic()

    def status(self) -> PoolStatus:
        return PoolStatus(
            alias=self.alias,
            database=self.database,
            size=self.options.pool_size,
            max_overflow=self.options.max_overflow,
            idle=self._queue.checkedin(),
            checked_out=self._queue.checkedout(),
            overflow=max(self._queue.overflow(), 0),
            is_away=self._breaker.is_open,
            **self._counts,
        )

    def close(self) -> None:
        """Closes what is idle. What is in use is closed when nobody knows it any more."""
        self._queue.dispose()

    def abandon(self) -> list[PoolProxiedConnection | None]:
        """In a child after a fork: nothing that it does, not even its end, reaches the server.

        Its copies of the sockets lead nowhere from now on; the parent's are untouched. Returned is
        what must not be collected: it would be put back, maybe under a lock that nobody releases.
        """
        sessions = list(self._sessions)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for session in sessions:
            with suppress(MySQLdb.Error):  # It was closed before.
                os.dup2(nowhere, session.connection.fileno())
        os.close(nowhere)
        return [session.user() for session in sessions if session.user is not None]

    def _get(self) -> PoolProxiedConnection:
        try:
            if not self._is_full():
                return self._queue.connect()
            with self._waiting():
                return self._queue.connect()
        except exc.TimeoutError as error:
            self._count("exhausted")
            raise MySQLdb.OperationalError(TOO_MANY_CONNECTIONS, self._exhausted()) from error

    def _connect(self) -> Connection:
        if not self._breaker.allows():
            raise MySQLdb.OperationalError(
                CANNOT_CONNECT,
                f"The server of the database {self.alias!r} did not answer a moment ago. "
                "It is asked again once a second.",
            )
        started = time.monotonic()
        try:
            connection = self._open()
        except MySQLdb.OperationalError as error:
            if time.monotonic() - started >= SLOW_S:
                self._breaker.failed(str(error))
            raise
        self._breaker.succeeded()
        return connection

    def _begin(self, connection: Connection, entry: ConnectionPoolEntry) -> None:
        self._count("connects")
        entry.info["session"] = session = Session(connection)
        self._sessions.add(session)

    def _is_alive(self, session: Session) -> bool:
        idle_since = session.idle_since
        if idle_since is None:
            return True  # It is new.
        if idle_since <= self._lost_at:
            return False
        idle_s = time.monotonic() - idle_since
        if idle_s < self.options.ping_idle and not session.has_news():
            return True
        try:
            session.connection.ping()
        except MySQLdb.Error:
            self.note_loss()
            return False
        return True

    def _clean(
        self, connection: Connection, entry: ConnectionPoolEntry, reset_state: PoolResetState
    ) -> None:
        """However it comes back: nothing of its user is left. No round trip when nothing is."""
        session: Session = entry.info["session"]
        if session.is_unfit:
            entry.invalidate()
            return
        try:
            session.release_cursors()
            if not connection.get_autocommit():
                connection.rollback()
            connection.autocommit(self._autocommit)
            session.idle_since = time.monotonic()
        except MySQLdb.Error as error:
            self.note_loss()
            entry.invalidate(error)

    def _is_full(self) -> bool:
        # The first answer needs no lock.
        is_grown = self._queue.overflow() >= self.options.max_overflow
        return is_grown and self._queue.checkedin() == 0

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        self._count("waits")
        self._count("waiting")
        try:
            yield
        finally:
            self._count("waiting", -1)

    def _count(self, name: str, more: int = 1) -> None:
        with self._count_lock:
            self._counts[name] += more

    def _exhausted(self) -> str:
        limit = self.options.pool_size + self.options.max_overflow
        return (
            f"All {limit} connections of this process to the database {self.alias!r} are in use, "
            f"and none came back within {self.options.timeout:g} s. A request holds one from its "
            "first query to its end: look for slow requests, or raise pool_size to the number of "
            "threads of a process (DATABASE_POOL_SIZE)."
        )
