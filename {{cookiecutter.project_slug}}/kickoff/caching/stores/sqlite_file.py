"""The file behind `SqliteStore`: how it is made, and what can happen to it."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from kickoff.caching.stores.sqlite_handle import Handle, Identity

logger = logging.getLogger("kickoff.caching.stores")

# "Kick": the tables inside are ours, to read and to drop.
APPLICATION_ID = 0x4B69636B
LAYOUT = 2  # To be raised with the tables; a file with another layout is emptied.

TABLES = [
    """
    CREATE TABLE slot (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        token INTEGER NOT NULL,
        expires_at REAL NOT NULL,
        value BLOB NOT NULL
    )
    """,
    "CREATE INDEX slot_expires_at ON slot (expires_at)",
]

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class SlotFile:
    """Executes statements on the file `path`, each thread on a connection of its own.

    Each call looks whether `path` is still the file that the connection has open: a process that
    kept a deleted file would read and write slots that nobody else sees.
    """

    def __init__(self, path: Path, *, timeout_s: float) -> None:
        self.path = path
        self._timeout_s = timeout_s
        self._mine = threading.local()

    def execute(self, sql: str, params: tuple[Any, ...]) -> tuple[tuple[Any, ...] | None, int]:
        """The first row, and how many rows were written.

        Raises sqlite3.Error. Raises ValueError when the file holds somebody else's tables. After
        any exception the connection is closed: a statement that was left half-way would keep its
        old view of the file open, and the next reads would look through it.
        """
        handle = self._handle()
        with handle.lock:
            try:
                cursor = self._connection(handle).execute(sql, params)
                row = cursor.fetchone()
                cursor.close()
            except BaseException as error:
                seen = handle.identity
                handle.close()
                if is_damage(error):
                    self._set_aside(seen)
                raise
            return row, cursor.rowcount

    def close(self) -> None:
        """Close this thread's connection."""
        handle = self._handle()
        with handle.lock:
            handle.close()

    def _handle(self) -> Handle:
        handle: Handle | None = getattr(self._mine, "handle", None)
        if handle is None or handle.pid != os.getpid():
            handle = self._mine.handle = Handle()
        return handle

    def _connection(self, handle: Handle) -> sqlite3.Connection:
        if handle.connection is None or handle.identity != self._identity():
            handle.close()
            self._open(handle)
            assert handle.connection is not None
        return handle.connection

    def _open(self, handle: Handle) -> None:
        """Opens until the path names the same file before and after."""
        before = self._identity()
        while True:
            handle.connection = self._connect()
            handle.identity = self._identity()
            if before == handle.identity:
                return
            before = handle.identity
            handle.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=self._timeout_s,
            isolation_level=None,
            check_same_thread=False,  # A fork closes the connections of all threads.
        )
        try:
            connection.execute("PRAGMA synchronous = OFF")
            if not _is_ready(connection):
                self._make(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make(self, connection: sqlite3.Connection) -> None:
        # The tables first: those that another process of ours makes now bring the id with them.
        tables = _tables(connection)
        if tables and _pragma(connection, "application_id") != APPLICATION_ID:
            raise ValueError(
                f"{self.path} holds the tables {', '.join(tables)}: "
                "the cache needs a file of its own. Change CACHE_URL."
            )
        self._switch_to_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        if not _is_ready(connection):  # Else another process was faster.
            for table in _tables(connection):
                connection.execute(f'DROP TABLE "{table}"')
            for statement in TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")

    def _switch_to_wal(self, connection: sqlite3.Connection) -> None:
        """SQLite does not wait when two processes do this at the same moment, so we do."""
        give_up_at = time.monotonic() + self._timeout_s
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                    raise
                time.sleep(0.005)
            else:
                return

    def _identity(self) -> Identity | None:
        """Which file is at the path; None when there is none.

        Never open the file to find out: closing it again would drop SQLite's locks on it.
        """
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _set_aside(self, seen: Identity | None) -> None:
        """Rename the damaged file, unless another process has done so already."""
        if seen is not None and seen != self._identity():
            return
        aside = self.path.with_name(f"{self.path.name}.damaged")
        logger.warning(
            "%s is damaged. It is set aside as %s; the cache begins anew.", *(self.path, aside.name)
        )
        with suppress(FileNotFoundError):
            os.replace(self.path, aside)
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


def is_damage(error: BaseException) -> bool:
    """Will this file never work again?"""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _is_ready(connection: sqlite3.Connection) -> bool:
    return (
        _pragma(connection, "application_id") == APPLICATION_ID
        and _pragma(connection, "user_version") == LAYOUT
        and "slot" in _tables(connection)
    )


def _pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name for (name,) in rows]
