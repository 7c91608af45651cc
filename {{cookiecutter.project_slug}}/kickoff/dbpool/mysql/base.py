"""Django's MySQL backend, whose connections come from a pool when OPTIONS has "pool".

`close()`, which Django calls at the end of each request, gives the connection back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import MySQLdb
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.mysql import base
from django.db.backends.signals import connection_created
from django.db.utils import DatabaseError
from django.utils.asyncio import async_unsafe
from django.utils.functional import cached_property
from MySQLdb.cursors import BaseCursor

from kickoff.dbpool import holders, options, registry
from kickoff.dbpool.mysql.creation import DatabaseCreation
from kickoff.dbpool.session import Session

if TYPE_CHECKING:
    from kickoff.dbpool.driver import Connection
    from kickoff.dbpool.pool import ConnectionPool


class CursorWrapper(base.CursorWrapper):
    """Notes what makes a session unfit for others."""

    def __init__(self, cursor: BaseCursor, session: Session) -> None:
        super().__init__(cursor)
        self._session = session

    def execute(self, query: Any, args: Any = None) -> Any:
        session = self._session
        session.note_statement(query)
        try:
            return base.CursorWrapper.execute(self, query, args)
        except (MySQLdb.Error, DatabaseError):
            raise
        except BaseException:
            # Interrupted between sending and reading: the next user would get this answer.
            session.is_unfit = True
            raise

    def executemany(self, query: Any, args: Any) -> Any:
        session = self._session
        session.note_statement(query)
        try:
            return base.CursorWrapper.executemany(self, query, args)
        except (MySQLdb.Error, DatabaseError):
            raise
        except BaseException:
            session.is_unfit = True
            raise

    def callproc(self, name: str, args: Any = ()) -> Any:
        self._session.has_more = True
        try:
            return self.cursor.callproc(name, args)
        except (MySQLdb.Error, DatabaseError):
            raise
        except BaseException:
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
        return registry.pool_of(self._pool_key, self.settings_dict, self._make_pool)

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
        # SQLAlchemy was a third of the time that a process needs to start. The first request that
        # asks the database waits for it, about 0.1 s; most never ask.
        from kickoff.dbpool.pool import ConnectionPool

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
        pool = self.pool
        if pool is None:
            super().connect()
            return
        if self._owner is None:
            holders.note_holder(self)
        self._owner = pool
        self.connection, session = pool.take()
        self._session = session
        if session.is_prepared:
            self._begin_use()
        else:
            super().connect()
            session.is_prepared = True
        # What receivers of connection_created set, they set again for everybody.
        session.is_unfit = False

    def _begin_use(self) -> None:
        """As Django's connect(), less what a connection that others had before does not need.

        It is in autocommit, as the settings want it, and its session is prepared.
        """
        self.in_atomic_block = False
        self.savepoint_ids = []
        self.atomic_blocks = []
        self.needs_rollback = False
        self.run_commit_hooks_on_set_autocommit_on = False
        self.health_check_enabled = self.settings_dict["CONN_HEALTH_CHECKS"]
        self.health_check_done = True
        self.close_at = 0.0  # CONN_MAX_AGE is 0: the time has come.
        self.closed_in_transaction = False
        self.errors_occurred = False
        self.autocommit = self.settings_dict["AUTOCOMMIT"]
        connection_created.send(sender=self.__class__, connection=self)
        self.run_on_commit = []

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Django's connect() asks for it; from a pool it was taken before."""
        if self._session is None:
            return super().get_new_connection(conn_params)
        return self.connection

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        session = self._session
        if session is None:
            return super().create_cursor(name)
        cursor: BaseCursor = self.connection.cursor()
        session.note_cursor(cursor)
        return CursorWrapper(cursor, session)

    def is_usable(self) -> bool:
        return self.connection is not None and super().is_usable()

    def _close(self) -> None:
        session, pool = self._session, self._owner
        if session is None or pool is None:
            super()._close()  # type: ignore[misc]  # not in the annotations of Django
            return
        if self.errors_occurred and not self.is_usable():
            session.is_unfit = True
            pool.note_loss()
        # From here on it is somebody else's. In an atomic block Django would keep it.
        taken, self.connection, self._session = self.connection, None, None
        pool.give((taken, session))

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
        if self._session is not None and not self.allow_thread_sharing:
            self._close()

    def forget_connection(self) -> None:
        """In a child after a fork. A transaction does not cross it."""
        self.connection = self._session = self._owner = None
        if self.in_atomic_block:
            self.closed_in_transaction = True
            self.needs_rollback = True
