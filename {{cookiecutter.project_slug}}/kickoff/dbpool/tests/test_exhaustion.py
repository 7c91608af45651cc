"""More threads than connections: they wait, for a bounded time, and are told why."""

from __future__ import annotations

import re
import threading
import time

import pytest
from django.db import OperationalError

from kickoff.dbpool.tests.databases import in_thread
from kickoff.testing.waiting import wait_until


@pytest.fixture
def full(database):
    """The two connections of its pool are in use until the event is set."""
    release = threading.Event()
    ready = threading.Barrier(3)

    def hold():
        database.ask("SELECT 1")
        ready.wait()
        release.wait()
        database.connection.close()

    with in_thread(hold), in_thread(hold):
        ready.wait()
        try:
            yield database, release
        finally:
            release.set()


def test_the_error_comes_in_time_and_says_what_to_do(full):
    database, _ = full
    said = (
        f"All 2 connections of this process to the database '{database.alias}' are in use, and none"
        " came back within 0.3 s. A request holds one from its first query to its end: look for "
        "slow requests, or raise pool_size to the number of threads of a process "
        "(DATABASE_POOL_SIZE)."
    )
    started = time.monotonic()
    with pytest.raises(OperationalError, match=re.escape(said)) as caught:
        database.ask("SELECT 1")
    assert 0.3 <= time.monotonic() - started < 2
    assert caught.value.args[0] == 1040
    assert (database.status.waits, database.status.exhausted) == (1, 1)
    assert database.status.waiting == 0


def test_who_waits_gets_the_first_that_comes_back(full):
    database, release = full
    answers = []
    with in_thread(lambda: answers.append(database.request("SELECT 1"))):
        wait_until(lambda: database.status.waiting == 1)
        release.set()
    assert answers == [1]
    assert (database.status.waits, database.status.exhausted) == (1, 0)


def test_it_can_be_used_again_afterwards(full):
    database, release = full
    with pytest.raises(OperationalError):
        database.ask("SELECT 1")
    release.set()
    wait_until(lambda: database.status.checked_out == 0)
    assert database.request("SELECT 1") == 1
    assert len(database.connection_ids()) == 2


def test_overflow_is_opened_and_closed_again(mariadb_server, new_database):
    database = new_database(mariadb_server, pool={"pool_size": 1, "max_overflow": 1})
    database.ask("SELECT 1")
    with in_thread(lambda: database.request()):
        pass
    assert (database.status.connects, database.status.overflow) == (2, 1)
    database.connection.close()
    assert (database.status.idle, database.status.overflow) == (1, 0)
    assert len(database.connection_ids()) == 1


def test_many_threads_share_few_connections(mariadb_server, new_database):
    database = new_database(mariadb_server, pool={"pool_size": 2, "timeout": 10})
    answers = []

    def work():
        answers.extend(database.request() for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 200
    assert len(set(answers)) <= 2
    assert database.status.connects <= 2
