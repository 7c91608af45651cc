"""Connections and servers that go away: found without a failure, or at the price of one."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connections, transaction

from kickoff.dbpool.pool import HOT_S
from kickoff.dbpool.tests.databases import sql_on
from kickoff.testing.waiting import wait_until


def fill(database, count):
    """That many idle connections."""
    wrappers = [connections[database.alias].copy() for _ in range(count)]
    for wrapper in wrappers:
        wrapper.ensure_connection()
    for wrapper in wrappers:
        wrapper.close()
    assert database.status.idle == count


def kill_all(database):
    for number in database.connection_ids():
        sql_on(database.server, "KILL %s", number)
    wait_until(lambda: not database.connection_ids())
    time.sleep(2 * HOT_S)


def timed(do):
    started = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        do()
    return caught.value, time.monotonic() - started


class TestKilled:
    def test_while_idle_no_request_fails(self, fragile):
        fill(fragile, 3)
        kill_all(fragile)
        assert [fragile.request("SELECT 1") for _ in range(6)] == [1] * 6

    def test_while_somebody_holds_it_in_silence_no_request_fails(self, fragile):
        """It comes back and is wanted again at once, but it is long that the server was heard."""
        fragile.ask("SELECT 1")
        kill_all(fragile)
        fragile.connection.close()
        assert fragile.request("SELECT 1") == 1

    def test_one_is_found_and_the_others_are_replaced_without_being_asked(self, fragile):
        fill(fragile, 3)
        kill_all(fragile)
        wrappers = [connections[fragile.alias].copy() for _ in range(3)]
        for wrapper in wrappers:
            wrapper.ensure_connection()
        for wrapper in wrappers:
            wrapper.close()
        assert (fragile.status.losses, fragile.status.connects) == (1, 6)

    def test_in_a_request_only_that_one_fails(self, fragile):
        fill(fragile, 3)
        number = fragile.ask("SELECT CONNECTION_ID()")
        sql_on(fragile.server, "KILL %s", number)
        error, _ = timed(lambda: fragile.ask("SELECT 1"))
        assert error.args[0] in (2006, 2013)
        fragile.connection.close()
        assert [fragile.request("SELECT 1") for _ in range(6)] == [1] * 6
        assert fragile.status.losses == 1
        assert fragile.status.idle == 3

    def test_after_wait_timeout_no_request_fails(self, fragile):
        first = fragile.request()
        sql_on(fragile.server, "SET GLOBAL wait_timeout = 1")
        try:
            fragile.connection.close_pool()
            first = fragile.request()
            wait_until(lambda: first not in fragile.connection_ids())
            time.sleep(2 * HOT_S)
            assert fragile.request() != first
        finally:
            sql_on(fragile.server, "SET GLOBAL wait_timeout = 28800")

    def test_in_a_transaction_rolls_back_and_goes_on(self, fragile):
        with suppress(OperationalError), transaction.atomic(using=fragile.alias):
            sql_on(fragile.server, "KILL %s", fragile.ask("SELECT CONNECTION_ID()"))
            fragile.ask("SELECT 1")
        assert fragile.request("SELECT @@autocommit") == 1
        assert fragile.status.checked_out == 0


class TestRestarted:
    def test_while_idle_no_request_fails(self, fragile, fragile_server):
        fill(fragile, 3)
        fragile_server.restart()
        assert [fragile.request("SELECT 1") for _ in range(6)] == [1] * 6
        assert (fragile.status.losses, fragile.status.connects) == (1, 4)

    def test_while_down_requests_fail_at_once_and_go_on_as_soon_as_it_is_up(
        self, fragile, fragile_server
    ):
        fragile.request()
        fragile_server.kill()
        time.sleep(2 * HOT_S)
        try:
            for _ in range(3):
                error, seconds = timed(fragile.request)
                assert error.args[0] in (2002, 2003)
                assert seconds < 0.5
                assert not fragile.status.is_away
        finally:
            fragile_server.start()
        assert fragile.request("SELECT 1") == 1
        assert fragile.status.checked_out == 0


class TestFrozen:
    def test_costs_its_time_outs_once_and_not_once_per_request(self, fragile, fragile_server):
        fill(fragile, 3)
        fragile_server.freeze()
        error, seconds = timed(fragile.request)  # the read time-out: 1 s
        assert error.args[0] == 2013
        assert seconds < 2.5
        _, seconds = timed(fragile.request)  # the connect time-out: 1 s
        assert seconds < 2.5
        assert fragile.status.is_away
        started = time.monotonic()
        for _ in range(20):
            error, _ = timed(fragile.request)
            assert "did not answer a moment ago" in str(error)
        assert time.monotonic() - started < 0.5
        fragile_server.thaw()
        wait_until(lambda: answers(fragile))
        assert not fragile.status.is_away
        # What lay idle was replaced, not asked: each question would have waited.
        assert (fragile.status.losses, fragile.status.checked_out) == (1, 0)

    def test_a_transaction_ends_in_bounded_time(self, fragile, fragile_server):
        def change():
            with transaction.atomic(using=fragile.alias):
                fragile.ask("SELECT 1")
                fragile_server.freeze()
                fragile.ask("SELECT 2")

        _, seconds = timed(change)
        assert seconds < 3
        fragile.connection.close()
        assert fragile.status.checked_out == 0
        fragile_server.thaw()
        wait_until(lambda: answers(fragile))
        assert fragile.request("SELECT @@autocommit") == 1

    def test_giving_back_an_open_transaction_ends_in_bounded_time(self, fragile, fragile_server):
        fragile.connection.set_autocommit(False)
        fragile.ask("SELECT 1")
        fragile_server.freeze()
        started = time.monotonic()
        fragile.connection.close()
        assert time.monotonic() - started < 2.5
        assert (fragile.status.checked_out, fragile.status.losses) == (0, 1)


def answers(database):
    try:
        return database.request("SELECT 1") == 1
    except OperationalError:
        return False


def test_a_server_without_free_connections_says_so_at_once(fragile, fragile_server):
    sql_on(fragile_server, "SET GLOBAL max_connections = 10")
    others = [connections[fragile.alias].copy() for _ in range(12)]
    for other in others:
        other.settings_dict = {**other.settings_dict, "OPTIONS": {}}
    try:
        with suppress(OperationalError):
            for other in others:
                other.ensure_connection()
        error, seconds = timed(fragile.request)
        assert error.args[0] == 1040
        assert seconds < 0.5
    finally:
        for other in others:
            other.close()
        sql_on_retrying(fragile_server, "SET GLOBAL max_connections = 200")
    assert answers(fragile)


def sql_on_retrying(server, sql):
    def done():
        with suppress(Exception):
            sql_on(server, sql)
            return True

    wait_until(done)
