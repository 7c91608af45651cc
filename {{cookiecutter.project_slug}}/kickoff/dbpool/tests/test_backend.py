"""The backend with settings that have a pool, have none, or cannot be."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from kickoff.dbpool.tests.databases import PooledDatabase


def can_be_used(database: PooledDatabase) -> bool:
    return bool(database.ask("SELECT 1"))


class TestBackend:
    @pytest.mark.parametrize("age", [60, None])
    def test_persistent_connections_are_refused(self, mariadb_server, new_database, age):
        database = new_database(mariadb_server, CONN_MAX_AGE=age)
        said = f"has a pool and CONN_MAX_AGE = {age}: .* Set CONN_MAX_AGE to 0: the pool keeps them"
        with pytest.raises(ImproperlyConfigured, match=said):
            can_be_used(database)

    def test_a_wrong_option_is_said_at_the_first_query(self, mariadb_server, new_database):
        database = new_database(mariadb_server, pool={"pool_size": "5"})
        with pytest.raises(ImproperlyConfigured, match="must be a whole number"):
            can_be_used(database)
        database.connection.settings_dict["OPTIONS"]["pool"] = True  # for the clean-up

    def test_without_a_pool_it_is_djangos_own_backend(self, mariadb_server, new_database):
        database = new_database(mariadb_server, pool=False)
        first, second = database.request(), database.request()
        assert database.connection.pool is None
        assert first != second
        assert database.connection_ids() == set()
