"""A thread that ends gives back what it held, at once and without the garbage collector."""

from __future__ import annotations

import gc
import threading

import pytest

from kickoff.dbpool.tests.databases import in_thread, sql_on


@pytest.fixture(autouse=True)
def _no_collector():
    gc.disable()
    yield
    gc.enable()


class TestEndOfAThread:
    def test_gives_its_connection_back(self, database):
        for _ in range(5):  # more than the pool has
            with in_thread(lambda: database.ask("SELECT 1")):
                pass
        assert (database.status.checked_out, database.status.connects) == (0, 1)

    def test_rolls_its_transaction_back(self, database):
        sql_on(database.server, f"CREATE TABLE {database.name}.goals (minute INT)")

        def shoot():
            database.connection.set_autocommit(False)
            with database.connection.cursor() as cursor:
                cursor.execute("INSERT INTO goals VALUES (12)")

        with in_thread(shoot):
            pass
        assert database.request("SELECT COUNT(*) FROM goals") == 0
        assert sql_on(database.server, "SELECT * FROM information_schema.innodb_trx") == ()

    def test_leaves_what_others_use_too(self, database):
        shared = []

        def share():
            database.connection.inc_thread_sharing()
            database.ask("SELECT 1")
            shared.append(database.connection)

        with in_thread(share):
            pass
        assert database.status.checked_out == 1
        with shared[0].cursor() as cursor:
            cursor.execute("SELECT 2")
            assert cursor.fetchone() == (2,)
        shared[0].close()
        assert database.status.checked_out == 0

    def test_by_an_exception_gives_it_back_too(self, database, monkeypatch):
        monkeypatch.setattr(threading, "excepthook", lambda _: None)

        def fail():
            database.ask("SELECT 1")
            raise ZeroDivisionError

        with in_thread(fail):
            pass
        assert database.status.checked_out == 0


def test_a_wrapper_that_nobody_knows_any_more_gives_it_back(database):
    copy = database.connection.copy()
    copy.ensure_connection()
    assert database.status.checked_out == 1
    del copy
    gc.collect()
    assert database.status.checked_out == 0
    assert database.request("SELECT @@autocommit") == 1
