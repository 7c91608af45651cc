"""The connections of this process to one database: SQLAlchemy's QueuePool, for MySQL."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias
from weakref import WeakSet, ref

import MySQLdb
from sqlalchemy import event, exc
from sqlalchemy.pool import (
    ConnectionPoolEntry,
    PoolProxiedConnection,
    PoolResetState,
    QueuePool,
)

from kickoff.dbpool.driver import Connection
from kickoff.dbpool.line import Line
from kickoff.dbpool.opening import Opening
from kickoff.dbpool.options import PoolOptions
from kickoff.dbpool.session import Session
from kickoff.dbpool.status import Counts, PoolStatus

# Who waits is handed a connection. One that comes back by the garbage collector goes to the queue.
LOOK_AGAIN_S = 0.25

# Used so shortly before, it is not looked at: a look lets another thread go first. No server ends
# and comes back in this time.
HOT_S = 0.01

TOO_MANY_CONNECTIONS = 1040  # as MySQL counts its errors


# A connection, and what is known of it.
Lease: TypeAlias = tuple[PoolProxiedConnection, Session]


class ConnectionPool:
    """Hands out connections that work, in autocommit and in no transaction.

    QueuePool opens and counts them; `connect` opens a physical one. What comes back is handed to
    the thread that waits longest, or parked: QueuePool's own way costs ten times as much.
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
        self._opening = Opening(alias, connect)
        self._autocommit = autocommit
        self._lost_at = 0.0
        self._counts = Counts()
        self._sessions: WeakSet[Session] = WeakSet()
        self._parked: list[Lease] = []  # The last that came is the first to go.
        self._line: Line[Lease] = Line()
        self._is_closed = False
        self._queue = QueuePool(
            self._opening,
            pool_size=options.pool_size,
            max_overflow=options.max_overflow,
            timeout=0,  # Waiting is done in line.
            use_lifo=True,  # What is not needed grows old and is replaced, not used in turn.
            reset_on_return=None,  # _reset does it, and needs no round trip for it.
        )
        event.listen(self._queue, "connect", self._begin)
        event.listen(self._queue, "reset", self._reset)

    def take(self) -> Lease:
        """Raises MySQLdb.OperationalError: in `options.timeout` when none is free, in the connect
        time-out when the server does not answer, and for a second after that at once."""
        while True:
            taken, session = self._next()
            if self._is_alive(session):
                return taken, session
            taken.invalidate()  # The next one is another, or new.

    def give(self, lease: Lease) -> None:
        """However it comes back, nothing of its user is left. No round trip when nothing is."""
        taken, session = lease
        if self._is_closed or not self._is_clean(session):
            taken.invalidate()
            self._line.hand(None)  # Another may be opened in its place.
            return
        if self._line.hand(lease):
            return
        self._parked.append(lease)
        self._serve()
        if self._queue.overflow() > 0 and (other := self._unparked()):
            other[0].close()

    def note_loss(self) -> None:
        """A connection was found broken: those that lie idle now are not trusted any more.

        Mostly the server was restarted, and all are broken. They are replaced without being asked:
        a frozen server would let each question wait for its time-out.
        """
        self._counts.add("losses")
        self._lost_at = time.monotonic()

    def status(self) -> PoolStatus:
        parked = len(self._parked)
        return PoolStatus(
            alias=self.alias,
            database=self.database,
            size=self.options.pool_size,
            max_overflow=self.options.max_overflow,
            idle=self._queue.checkedin() + parked,
            checked_out=self._queue.checkedout() - parked,
            overflow=max(self._queue.overflow(), 0),
            waiting=self._counts.waiting,
            waits=self._counts.waits,
            exhausted=self._counts.exhausted,
            connects=self._counts.connects,
            losses=self._counts.losses,
            is_away=self._opening.is_away,
        )

    def close(self) -> None:
        """Closes what is idle now, and what is in use when it comes back."""
        self._is_closed = True
        while lease := self._unparked():
            lease[0].close()
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

    def _next(self) -> Lease:
        give_up_at = None
        while True:
            if lease := self._unparked() or self._opened():
                return lease
            now = time.monotonic()
            if give_up_at is None:
                give_up_at = now + self.options.timeout
                self._counts.add("waits")
            if now >= give_up_at:
                self._counts.add("exhausted")
                raise MySQLdb.OperationalError(TOO_MANY_CONNECTIONS, self._exhausted())
            if lease := self._in_line(min(give_up_at - now, LOOK_AGAIN_S)):
                return lease

    def _in_line(self, limit_s: float) -> Lease | None:
        """What is handed to this thread, or was parked while it came."""
        with self._counts.during("waiting"):
            waiter = self._line.join()
            try:
                self._serve()
                if not waiter.wait(limit_s):
                    self._line.leave(waiter)
            except BaseException:
                self._line.leave(waiter)
                if waiter.item is not None:
                    self.give(waiter.item)
                raise
            return waiter.item

    def _serve(self) -> None:
        """What is parked goes to who waits."""
        while self._line and (lease := self._unparked()):
            if not self._line.hand(lease):
                self._parked.append(lease)

    def _unparked(self) -> Lease | None:
        try:
            return self._parked.pop()
        except IndexError:
            return None

    def _opened(self) -> Lease | None:
        """From the queue, which mostly opens one; None when there are enough."""
        if self._queue.overflow() >= self.options.max_overflow and not self._queue.checkedin():
            return None
        try:
            taken = self._queue.connect()
        except exc.TimeoutError:
            return None
        session: Session = taken.info["session"]
        session.user = ref(taken)
        return taken, session

    def _begin(self, connection: Connection, entry: ConnectionPoolEntry) -> None:
        self._counts.add("connects")
        entry.info["session"] = session = Session(connection)
        self._sessions.add(session)

    def _is_alive(self, session: Session) -> bool:
        if session.idle_since is None:
            return True  # It is new.
        now = time.monotonic()
        if session.idle_since <= self._lost_at or now - session.opened_at > self.options.recycle:
            return False
        idle_s = now - session.idle_since
        if idle_s < self.options.ping_idle and (idle_s < HOT_S or not session.has_news()):
            return True
        try:
            session.connection.ping()
        except MySQLdb.Error:
            self.note_loss()
            return False
        return True

    def _is_clean(self, session: Session) -> bool:
        if session.is_unfit:
            return False
        try:
            session.clean(self._autocommit)
        except MySQLdb.Error:
            self.note_loss()
            return False
        return True

    def _reset(
        self, connection: Connection, entry: ConnectionPoolEntry, reset_state: PoolResetState
    ) -> None:
        """Also of what nobody gave: its wrapper was forgotten."""
        if not self._is_clean(entry.info["session"]):
            entry.invalidate()

    def _exhausted(self) -> str:
        limit = self.options.pool_size + self.options.max_overflow
        return (
            f"All {limit} connections of this process to the database {self.alias!r} are in use, "
            f"and none came back within {self.options.timeout:g} s. A request holds one from its "
            "first query to its end: look for slow requests, or raise pool_size to the number of "
            "threads of a process (DATABASE_POOL_SIZE)."
        )
