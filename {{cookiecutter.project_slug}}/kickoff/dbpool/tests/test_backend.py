"""The backend with settings that have a pool, have none, or cannot be."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created

from kickoff.dbpool.registry import pool_statuses
from kickoff.dbpool.tests.databases import PooledDatabase, sql_on
from kickoff.testing.waiting import wait_until


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
        wait_until(lambda: database.connection_ids() == set())


class TestTakingOneAgain:
    """The short way to a connection that others had before leaves out work, not a reset."""

    def test_leaves_the_wrapper_as_djangos_connect_does(self, database):
        wrapper = database.connection
        soil = soil_for(wrapper)
        vars(wrapper).update(deepcopy(soil))
        wrapper.connect()  # a new connection: Django's way
        by_django = plain_state(wrapper)
        wrapper.close()
        vars(wrapper).update(deepcopy(soil))
        wrapper.connect()
        assert database.status.connects == 1
        assert plain_state(wrapper) == by_django
        wrapper.close()

    def test_tells_who_wants_to_know_of_connections(self, database):
        told = []

        def note(connection, **_):
            told.append(connection.alias)

        connection_created.connect(note)
        try:
            database.request()
            database.request()
        finally:
            connection_created.disconnect(note)
        assert told == [database.alias] * 2


OF_USERS = {"force_debug_cursor", "execute_wrappers"}  # They outlive a connection.


def soil_for(wrapper):
    """Everything that a use can leave behind on it."""
    values = {name: value for name, value in vars(wrapper).items() if name not in OF_USERS}
    flags = {name: not value for name, value in values.items() if isinstance(value, bool)}
    lists = {name: ["left"] for name, value in values.items() if isinstance(value, list)}
    return {**flags, **lists, "run_on_commit": [(set(), int, False)]}


def plain_state(wrapper):
    return {
        name: value
        for name, value in vars(wrapper).items()
        if isinstance(value, bool | list | None) and name not in OF_USERS
    }


def test_a_test_database_goes_after_the_connections_to_it(database):
    database.request()
    database.connection.creation._destroy_test_db(database.name, verbosity=0)
    assert database.alias not in {status.alias for status in pool_statuses()}
    sql_on(database.server, f"CREATE DATABASE {database.name}")  # as it was found
