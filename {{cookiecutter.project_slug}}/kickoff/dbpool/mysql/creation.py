"""Test databases: before one goes, the connections to it do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.backends.mysql import creation

if TYPE_CHECKING:
    from kickoff.dbpool.mysql.base import DatabaseWrapper


class DatabaseCreation(creation.DatabaseCreation):
    connection: DatabaseWrapper
    # What closes the connections of a test database, in the words of Django 6.1.
    destroy_test_db_connection_close_method = "close_pool"

    # What the type annotations of Django leave out is in all its versions.
    def _clone_test_db(self, suffix: str, verbosity: int, keepdb: bool = False) -> None:
        self.connection.close_pool()
        super()._clone_test_db(suffix, verbosity, keepdb)  # type: ignore[misc]

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        self.connection.close_pool()
        super()._destroy_test_db(test_database_name, verbosity)  # type: ignore[misc]
