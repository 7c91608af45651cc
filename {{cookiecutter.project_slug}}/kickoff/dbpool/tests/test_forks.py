"""A child has connections of its own, and nothing that it does touches those of its parent."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback

import pytest
from django.db import ProgrammingError, connections, transaction

from kickoff.dbpool.registry import pool_statuses
from kickoff.dbpool.tests.databases import in_thread

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def in_child(do):
    """What it returns, as text. Its end is that of a whole process, without pytest's own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, str(do()).encode())
        except BaseException:
            os.write(write, traceback.format_exc().encode())
        finally:
            gc.collect()
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


class TestChild:
    def test_has_a_connection_of_its_own(self, database):
        mine = database.request()
        assert int(in_child(database.request)) != mine
        assert database.request() == mine

    def test_of_a_parent_that_is_using_one_has_its_own_too(self, database):
        mine = database.ask("SELECT CONNECTION_ID()")
        assert int(in_child(database.request)) != mine
        assert database.ask("SELECT CONNECTION_ID()") == mine

    def test_that_closes_everything_closes_nothing_of_its_parent(self, database):
        mine = database.ask("SELECT CONNECTION_ID()")

        def close():
            connections.close_all()
            database.connection.close_pool()

        assert in_child(close) == "None"
        assert database.ask("SELECT CONNECTION_ID()") == mine

    def test_cannot_go_on_with_a_transaction_of_its_parent(self, database):
        with transaction.atomic(using=database.alias):
            mine = database.ask("SELECT CONNECTION_ID()")

            def go_on():
                with pytest.raises(ProgrammingError, match="in an atomic block"):
                    database.ask("SELECT 1")

            assert in_child(go_on) == "None"
            assert database.ask("SELECT CONNECTION_ID()") == mine

    def test_begins_with_no_pool(self, database):
        database.request()
        assert in_child(pool_statuses) == "[]"

    def test_of_a_parent_whose_other_threads_are_busy_works(self, database):
        release, ready = threading.Event(), threading.Event()
        numbers = []

        def work():
            numbers.append(database.ask("SELECT CONNECTION_ID()"))
            ready.set()
            release.wait()
            numbers.append(database.ask("SELECT CONNECTION_ID()"))

        with in_thread(work):
            ready.wait()
            assert int(in_child(database.request)) not in numbers
            release.set()
        assert numbers[0] == numbers[1]


def test_a_child_that_ends_as_usual_says_nothing_and_leaves_its_parent_alone(database, tmp_path):
    """Python takes everything apart then, and the driver says good-bye to the server."""
    mine = database.ask("SELECT CONNECTION_ID()")
    said = tmp_path / "said"
    child = os.fork()
    if child == 0:
        with said.open("w") as output:
            os.dup2(output.fileno(), sys.stderr.fileno())
            os.dup2(output.fileno(), 2)
        _end_like_a_program(database)
    os.waitpid(child, 0)
    assert said.read_text() == ""
    assert database.ask("SELECT CONNECTION_ID()") == mine


def _end_like_a_program(database):
    """Everything that knows the parent's connection goes."""
    import ctypes

    database.connection.close()
    connections[database.alias].connection = None
    gc.collect()
    ctypes.pythonapi.Py_FinalizeEx()
    os._exit(0)
