"""What is known of one physical connection, and what a request may leave behind on it."""

from __future__ import annotations

import re
import select
import time
from typing import Protocol
from weakref import ref

from MySQLdb.cursors import BaseCursor, CursorStoreResultMixIn
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import PoolProxiedConnection

# Statements whose effect outlives them on their connection, and which no rollback takes back for
# certain. (Django's own transactions do not use them: they switch autocommit.) Comments before
# them are passed over, but for those that the server executes.
LASTING = re.compile(
    r"""
    (?: [\s(;] | --[^\n]* | \#[^\n]* | (?>/\*(?!M?!).*?\*/) )*+
    (?: /\*M?!
      | (?P<call> call | execute )\b
      | (?: set | use | lock | flush | begin | start | xa | prepare | handler
          | create\s+(?:or\s+replace\s+)?temporary )\b )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class Connection(DBAPIConnection, Protocol):
    """What the pool uses of the driver's connection, whose own types say little."""

    def autocommit(self, on: bool) -> None: ...

    def get_autocommit(self) -> bool:
        """What the server's last answer said."""

    def fileno(self) -> int: ...

    def ping(self) -> None: ...

    def next_result(self) -> int:
        """0 when there is another answer."""

    def store_result(self) -> object: ...


class Session:
    """One session on the server. It lives as long as its physical connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.user: ref[PoolProxiedConnection] | None = None  # who had it last
        self.opened_at = time.monotonic()
        self.is_prepared = False  # Django's settings of the session were sent.
        self.has_more = False  # The server may have sent more answers than one.
        self.is_unfit = False  # Nobody else may have it: it is closed when it comes back.
        self.idle_since: float | None = None
        self._cursors: list[ref[BaseCursor]] = []

    def has_news(self) -> bool:
        """Has the server said something unasked? Mostly good-bye. Costs no round trip."""
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def note_cursor(self, cursor: BaseCursor) -> None:
        self._cursors.append(ref(cursor))

    def note_statement(self, sql: str | bytes) -> None:
        """A session that was changed by hand is not for others."""
        text = sql if isinstance(sql, str) else sql.decode(errors="replace")
        found = LASTING.match(text)
        if found and not found["call"]:
            self.is_unfit = True
        elif found or ";" in text:
            self.has_more = True

    def clean(self, autocommit: bool) -> None:
        """Ends what its user has left open. Raises MySQLdb.Error when it is broken."""
        self.release_cursors()
        self._drop_answers()
        if not self.connection.get_autocommit():
            self.connection.rollback()
        self.connection.autocommit(autocommit)
        self.idle_since = time.monotonic()

    def _drop_answers(self) -> None:
        """Of a procedure or of several statements in one: the next command would be refused."""
        while self.has_more:
            self.has_more = self.connection.next_result() == 0
            if self.has_more:
                self.connection.store_result()

    def release_cursors(self) -> None:
        """From now on no cursor of this user can touch the connection.

        An unfinished iterator that is closed late would read from the connection of somebody else.
        Rows that have arrived stay readable; those that have not are read and dropped.
        """
        cursors, self._cursors = self._cursors, []
        for cursor in (known() for known in cursors):
            if isinstance(cursor, CursorStoreResultMixIn):
                cursor.connection = None
            elif cursor is not None:
                cursor.close()
