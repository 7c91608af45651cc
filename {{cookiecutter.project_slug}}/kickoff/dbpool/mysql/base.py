"""Django's MySQL backend, whose connections come from a pool when OPTIONS has "pool".

`close()`, which Django calls at the end of each request, gives the connection back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import MySQLdb
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.mysql import base
from django.db.utils import DatabaseError
from django.utils.asyncio import async_unsafe
from django.utils.functional import cached_property
from MySQLdb.cursors import BaseCursor

from kickoff.dbpool import holders, options, registry
from kickoff.dbpool.mysql.creation import DatabaseCreation
from kickoff.dbpool.pool import Connection, ConnectionPool, session_of
from kickoff.dbpool.session import Session


class CursorWrapper(base.CursorWrapper):
    """Notes what makes a session unfit for others."""

    def __init__(self, cursor: BaseCursor, session: Session) -> None:
        super().__init__(cursor)
        self._session = session

    def execute(self, query: Any, args: Any = None) -> Any:
        self._session.note_statement(query)
        return self._noting(super().execute, query, args)

    def executemany(self, query: Any, args: Any) -> Any:
        self._session.note_statement(query)
        return self._noting(super().executemany, query, args)

    def _noting(self, execute: Any, query: Any, args: Any) -> Any:
        try:
            return execute(query, args)
        except (MySQLdb.Error, DatabaseError):
            raise
        except BaseException:
            # Interrupted between sending and reading: the next user would get this answer.
            self._session.is_unfit = True
            raise


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation

    # Of the connection that it has, when that is pooled.
    _session: Session | None = None
    _owner: ConnectionPool | None = None

    @property
    def pool(self) -> ConnectionPool | None:
        """None without OPTIONS["pool"], and for the connection that makes test databases.

        Raises ImproperlyConfigured when the options cannot be.
        """
        if self.alias == NO_DB_ALIAS or not self.settings_dict["OPTIONS"].get("pool"):
            return None
        return registry.pool_of(self._pool_key, self._make_pool)

    def close_pool(self) -> None:
        """Closes the connections to this database that nobody uses; the next use begins anew."""
        self.close()
        registry.close_pool(self._pool_key)

    @property
    def _pool_key(self) -> registry.Key:
        return self.alias, self.settings_dict["NAME"]

    def _make_pool(self) -> ConnectionPool:
        if self.settings_dict["CONN_MAX_AGE"] != 0:
            raise ImproperlyConfigured(
                f'DATABASES["{self.alias}"] has a pool and CONN_MAX_AGE = '
                f"{self.settings_dict['CONN_MAX_AGE']!r}: each thread would keep its connection "
                "for itself. Set CONN_MAX_AGE to 0: the pool keeps them."
            )
        parameters = self.get_connection_params()
        # From the start as Django wants it: it sends no SET to change it.
        parameters["autocommit"] = self.settings_dict["AUTOCOMMIT"]
        return ConnectionPool(
            *self._pool_key,
            options.parse(self.alias, self.settings_dict["OPTIONS"]["pool"]),
            partial(cast("Callable[..., Connection]", MySQLdb.connect), **parameters),
            autocommit=self.settings_dict["AUTOCOMMIT"],
        )

    def get_connection_params(self) -> dict[str, Any]:
        parameters = super().get_connection_params()
        parameters.pop("pool", None)
        return parameters

    @async_unsafe
    def connect(self) -> None:
        super().connect()
        if self._session is not None:
            # What receivers of connection_created set, they set again for everybody.
            self._session.is_unfit = False

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        pool = self.pool
        self._owner = pool
        if pool is None:
            self._session = None
            return super().get_new_connection(conn_params)
        taken = pool.take()
        self._session = session_of(taken)
        holders.note_holder(self)
        return taken

    def init_connection_state(self) -> None:
        """Once per physical connection: its session keeps what Django sets."""
        if self._session is None:
            super().init_connection_state()
        elif not self._session.is_prepared:
            super().init_connection_state()
            self._session.is_prepared = True

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        if self._session is None:
            return super().create_cursor(name)
        if not self.connection.is_valid:
            # It was closed in an atomic block, and is somebody else's now.
            raise MySQLdb.InterfaceError(0, "The connection was closed in this atomic block.")
        cursor = self.connection.cursor()
        self._session.note_cursor(cursor)
        return CursorWrapper(cursor, self._session)

    def is_usable(self) -> bool:
        if self._session is not None and not self.connection.is_valid:
            return False
        return super().is_usable()

    def _close(self) -> None:
        if self._session is None or self._owner is None:
            super()._close()  # type: ignore[misc]  # not in the annotations of Django
            return
        if self.connection is None or not self.connection.is_valid:
            return
        holders.note_return(self)
        if self.errors_occurred and not self.is_usable():
            self._session.is_unfit = True
            self._owner.note_loss()
        with self.wrap_database_errors:
            self.connection.close()

    @cached_property
    def mysql_server_data(self) -> dict[str, Any]:
        """Asked once per pool, not once per thread."""
        pool = self.pool
        if pool is None:
            return super().mysql_server_data
        if pool.server_data is None:
            pool.server_data = super().mysql_server_data
        return pool.server_data

    def return_connection(self) -> None:
        """The thread that used it has ended."""
        if self.connection is not None and not self.allow_thread_sharing:
            self._close()
            self.connection = None

    def forget_connection(self) -> None:
        """In a child after a fork. A transaction does not cross it."""
        self.connection = None
        self._session = self._owner = None
        if self.in_atomic_block:
            self.closed_in_transaction = True
            self.needs_rollback = True
