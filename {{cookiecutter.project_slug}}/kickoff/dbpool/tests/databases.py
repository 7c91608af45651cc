"""Databases with a pool on a real MariaDB, beside the one of the site.

Without the driver, the modules that import this are skipped; see conftest.py for CI.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import close_old_connections, connections

pytest.importorskip("MySQLdb", reason="the driver is not installed: pip install mysqlclient")

import MySQLdb
from MySQLdb.cursors import SSCursor

from kickoff.dbpool.pool import ConnectionPool
from kickoff.dbpool.status import PoolStatus
from kickoff.testing.servers import MariaDBProcess, mariadb_server, running_mariadb

__all__ = ["SSCursor", "mariadb_server"]

_numbers = count(1)


class PooledDatabase:
    """A new database, under an alias of its own. In each thread `connection` is another one."""

    def __init__(self, server: MariaDBProcess, alias: str, name: str) -> None:
        self.server = server
        self.alias = alias
        self.name = name

    @property
    def connection(self) -> Any:
        return connections[self.alias]

    @property
    def pool(self) -> ConnectionPool:
        pool: ConnectionPool = self.connection.pool
        return pool

    @property
    def status(self) -> PoolStatus:
        return self.pool.status()

    def ask(self, sql: str, parameters: Any = None) -> Any:
        """The first value of the first row."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            row = cursor.fetchone()
            return None if row is None else row[0]

    def request(self, sql: str = "SELECT CONNECTION_ID()") -> Any:
        """What Django does around a view that asks this."""
        close_old_connections()
        try:
            return self.ask(sql)
        finally:
            close_old_connections()

    def connection_ids(self) -> set[int]:
        """Those that the server has to this database."""
        rows = sql_on(
            self.server, "SELECT id FROM information_schema.processlist WHERE db = %s", self.name
        )
        return {row[0] for row in rows}


def sql_on(server: MariaDBProcess, sql: str, *parameters: Any) -> Any:
    """All rows, on a connection that has nothing to do with pools."""
    with closing(
        MySQLdb.connect(unix_socket=str(server.socket), user=server.user, autocommit=True)
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(sql, parameters or None)
        return cursor.fetchall()


@pytest.fixture
def new_database(django_db_blocker: Any) -> Iterator[Callable[..., PooledDatabase]]:
    """Makes one: new_database(server, pool={…}, CONN_MAX_AGE=…, OPTIONS={…})."""
    made: list[PooledDatabase] = []

    def make(server: MariaDBProcess, **settings: Any) -> PooledDatabase:
        number = next(_numbers)
        database = PooledDatabase(server, f"pooled{number}", f"pooled{number}")
        sql_on(server, f"CREATE OR REPLACE DATABASE {database.name}")
        options = {"pool": settings.pop("pool", True), **settings.pop("OPTIONS", {})}
        connections.settings[database.alias] = {
            **connections.settings["default"],
            "ENGINE": "kickoff.dbpool.mysql",
            "NAME": database.name,
            "USER": server.user,
            "PASSWORD": "",
            "HOST": server.host,
            "PORT": server.port,
            "CONN_MAX_AGE": 0,
            "OPTIONS": options,
            **settings,
        }
        made.append(database)
        return database

    with django_db_blocker.unblock():
        yield make
        for database in made:
            wrapper = database.connection
            wrapper.close()
            if (
                wrapper.settings_dict["OPTIONS"]["pool"]
                and wrapper.settings_dict["CONN_MAX_AGE"] == 0
            ):
                wrapper.close_pool()
            del connections[database.alias]
            del connections.settings[database.alias]


@pytest.fixture
def database(
    mariadb_server: MariaDBProcess,
    new_database: Callable[..., PooledDatabase],
) -> PooledDatabase:
    """With a pool of two, on a server that others use too."""
    return new_database(mariadb_server, pool={"pool_size": 2, "timeout": 0.3})


@pytest.fixture(scope="module")
def fragile_server() -> Iterator[MariaDBProcess]:
    """A MariaDB to be mistreated. Each test leaves it running."""
    with running_mariadb() as server:
        yield server


@pytest.fixture
def fragile(
    fragile_server: MariaDBProcess, new_database: Callable[..., PooledDatabase]
) -> Iterator[PooledDatabase]:
    """A database on it that waits one second for everything."""
    yield new_database(
        fragile_server,
        pool={"pool_size": 3, "timeout": 1},
        OPTIONS={"connect_timeout": 1, "read_timeout": 1, "write_timeout": 1},
    )
    fragile_server.thaw()


@contextmanager
def in_thread(do: Callable[[], object]) -> Iterator[threading.Thread]:
    """Runs beside the block, which ends when it has ended."""
    thread = threading.Thread(target=do)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()
