"""What requests cost: connections are kept, and a request with one query makes one round trip."""

from __future__ import annotations

import time

import pytest
from django.db import close_old_connections, connections, transaction
from django.db.backends.signals import connection_created

from kickoff.dbpool.tests.databases import in_thread, sql_on
from kickoff.testing.round_trips import counting_proxy
from kickoff.testing.waiting import wait_until


@pytest.fixture
def proxy(mariadb_server):
    with counting_proxy(mariadb_server.port) as proxy:
        yield proxy


class TestRoundTrips:
    def test_a_request_with_one_query_makes_one(self, mariadb_server, new_database, proxy):
        database = new_database(mariadb_server, PORT=proxy.port)
        database.request()
        before = proxy.round_trips
        for _ in range(3):
            database.request()
        assert proxy.round_trips == before + 3

    def test_a_new_thread_makes_one_too(self, mariadb_server, new_database, proxy):
        """What Django asks a server about itself was asked by another."""
        database = new_database(mariadb_server, PORT=proxy.port)

        def request():
            assert database.connection.mysql_is_mariadb
            database.request()

        request()
        before = proxy.round_trips
        with in_thread(request):
            pass
        assert proxy.round_trips == before + 1

    def test_a_transaction_makes_four(self, mariadb_server, new_database, proxy):
        """SET autocommit=0, the query, COMMIT, SET autocommit=1: as without a pool."""
        database = new_database(mariadb_server, PORT=proxy.port)
        database.request()
        before = proxy.round_trips
        with transaction.atomic(using=database.alias):
            database.ask("SELECT 1")
        database.connection.close()
        assert proxy.round_trips == before + 4

    def test_after_idling_it_is_asked_whether_it_lives(self, mariadb_server, new_database, proxy):
        database = new_database(mariadb_server, PORT=proxy.port, pool={"ping_idle": 0})
        database.request()
        before = proxy.round_trips
        database.request()
        assert proxy.round_trips == before + 2

    def test_without_a_pool_it_makes_many(self, mariadb_server, new_database, proxy):
        database = new_database(mariadb_server, PORT=proxy.port, pool=False)
        database.request()
        before = proxy.round_trips
        database.request()
        assert proxy.round_trips >= before + 4

    def test_one_that_uses_no_database_takes_no_connection(self, database):
        close_old_connections()
        assert (database.status.checked_out, database.status.connects) == (0, 0)


class TestConnections:
    def test_requests_take_turns_on_one(self, database):
        assert len({database.request() for _ in range(5)}) == 1
        assert database.status.connects == 1

    def test_threads_share_them(self, database):
        ids = set()
        for _ in range(3):
            with in_thread(lambda: ids.add(database.request())):
                pass
        assert len(ids) == 1

    def test_an_old_one_is_replaced(self, mariadb_server, new_database):
        database = new_database(mariadb_server, pool={"recycle": 1})
        first = database.request()
        time.sleep(1.1)
        assert database.request() != first
        assert database.status.losses == 0

    def test_each_has_the_session_that_the_settings_ask_for(self, mariadb_server, new_database):
        database = new_database(mariadb_server, OPTIONS={"isolation_level": "serializable"})
        for _ in range(2):
            assert database.request("SELECT @@tx_isolation") == "SERIALIZABLE"
        assert database.request("SELECT @@character_set_connection") == "utf8mb4"

    def test_what_connection_created_sets_does_not_cost_the_connection(self, database):
        def choose_mode(connection, **_):
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION sql_mode = 'ANSI'")

        connection_created.connect(choose_mode)
        try:
            assert database.request() == database.request()
            assert "ANSI" in database.request("SELECT @@sql_mode")
        finally:
            connection_created.disconnect(choose_mode)


class TestKey:
    def test_another_database_under_the_same_alias_has_its_own_pool(self, database):
        assert database.request("SELECT DATABASE()") == database.name
        settings = database.connection.settings_dict
        sql_on(database.server, "CREATE OR REPLACE DATABASE elsewhere")
        settings["NAME"] = "elsewhere"
        assert database.request("SELECT DATABASE()") == "elsewhere"
        database.connection.close_pool()
        settings["NAME"] = database.name
        assert database.request("SELECT DATABASE()") == database.name

    def test_other_settings_have_another_pool(self, database, monkeypatch):
        first = database.request()
        options = database.connection.settings_dict["OPTIONS"]
        monkeypatch.setitem(options, "isolation_level", "serializable")
        assert database.request("SELECT @@tx_isolation") == "SERIALIZABLE"
        wait_until(lambda: first not in database.connection_ids())

    def test_what_is_in_use_when_settings_change_is_closed_when_it_comes_back(
        self, database, monkeypatch
    ):
        first = database.ask("SELECT CONNECTION_ID()")
        monkeypatch.setitem(database.connection.settings_dict["OPTIONS"], "connect_timeout", 3)
        with in_thread(database.request):
            pass
        assert first in database.connection_ids()
        database.connection.close()
        wait_until(lambda: first not in database.connection_ids())

    def test_two_aliases_of_one_database_have_two_pools(self, mariadb_server, new_database):
        one, other = new_database(mariadb_server), new_database(mariadb_server)
        connections[other.alias].settings_dict["NAME"] = one.name
        assert one.request() != other.request()
        other.connection.close_pool()
        connections[other.alias].settings_dict["NAME"] = other.name

    def test_the_connection_without_a_database_is_not_pooled(self, database):
        with database.connection._nodb_cursor() as cursor:
            cursor.execute("SELECT DATABASE()")
            assert cursor.fetchone() == (None,)
            assert cursor.db.pool is None

    def test_close_pool_closes_what_is_idle(self, database):
        database.request()
        assert len(database.connection_ids()) == 1
        database.connection.close_pool()
        wait_until(lambda: database.connection_ids() == set())


@pytest.mark.parametrize("autocommit", [True, False])
def test_autocommit_is_what_the_settings_say(mariadb_server, new_database, autocommit):
    database = new_database(mariadb_server, AUTOCOMMIT=autocommit)
    for _ in range(2):
        assert database.request("SELECT @@autocommit") == int(autocommit)
