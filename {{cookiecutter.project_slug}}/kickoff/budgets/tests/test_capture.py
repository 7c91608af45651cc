"""Every statement is seen, whoever makes it: a page must not pass because we looked away."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpResponse
from django.test import AsyncClient
from django.urls import path

from kickoff.budgets.capture import (
    CaptureError,
    Statement,
    capturing,
    prove_that_statements_are_seen,
)
from kickoff.budgets.origins import Origin, OriginFinder

FINDER = OriginFinder(Path(__file__).parent)


def count_groups():
    number = Group.objects.count()
    return HttpResponse(str(number))


def in_another_thread(request):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_count_and_close).result()


def _count_and_close():
    try:
        return count_groups()
    finally:
        connection.close()


async def asynchronous(request):
    return HttpResponse(str(await Group.objects.acount()))


urlpatterns = [path("thread/", in_another_thread), path("async/", asynchronous)]


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
class TestAStatementIsSeen:
    def test_in_a_thread_of_the_view(self, client):
        with capturing(FINDER) as capture:
            assert client.get("/thread/").status_code == 200
        assert capture.queries() == {"COUNT auth_group": 1}

    def test_on_a_connection_that_a_thread_has_had_for_long(self):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(count_groups).result()
            with capturing(FINDER) as capture:
                pool.submit(count_groups).result()
            pool.submit(lambda: connection.close()).result()
        assert capture.queries() == {"COUNT auth_group": 1}

    def test_in_an_asynchronous_view(self, client):
        with capturing(FINDER) as capture:
            assert client.get("/async/").status_code == 200
        assert capture.queries() == {"COUNT auth_group": 1}

    def test_in_an_asynchronous_view_that_runs_in_a_loop_of_its_own(self):
        async def visit():
            return await AsyncClient().get("/async/")

        with capturing(FINDER) as capture:
            assert asyncio.run(visit()).status_code == 200
        assert capture.queries() == {"COUNT auth_group": 1}

    def test_on_a_connection_that_opens_inside_somebody_elses_wrapper(self):
        def pass_on(execute, *arguments):
            return execute(*arguments)

        with capturing(FINDER) as capture:
            connection.close()
            with connection.execute_wrapper(pass_on):
                count_groups()
            assert pass_on not in connection.execute_wrappers
            count_groups()
        assert capture.queries() == {"COUNT auth_group": 2}

    def test_and_afterwards_nothing_is_in_the_way(self):
        before = list(connection.execute_wrappers)
        with capturing(FINDER):
            count_groups()
        assert connection.execute_wrappers == before


@pytest.mark.django_db
class TestACount:
    def test_has_no_ceiling(self):
        """Django's own list of queries ends at 9,000: what comes after counts as 0."""
        with capturing(FINDER) as capture, connection.cursor() as cursor:
            for _ in range(9_005):
                cursor.execute("SELECT 1")
        assert capture.queries() == {"SELECT": 9_005}

    def test_has_no_statement_of_a_transaction(self):
        with capturing(FINDER) as capture, transaction.atomic():
            count_groups()
        assert capture.queries() == {"COUNT auth_group": 1}
        assert len(capture.bookkeeping) == 2

    def test_has_statements_that_fail(self):
        with (
            pytest.raises(DatabaseError),
            capturing(FINDER) as capture,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT x FROM not_there")
        assert capture.queries() == {"SELECT not_there": 1}

    def test_has_a_batch_as_one(self):
        with capturing(FINDER) as capture, connection.cursor() as cursor:
            cursor.executemany("INSERT INTO auth_group (name) VALUES (%s)", [["a"], ["b"]])
        assert capture.queries() == {"INSERT auth_group": 1}

    def test_has_rows_that_come_in_chunks_once(self):
        Group.objects.bulk_create(Group(name=str(number)) for number in range(10))
        with capturing(FINDER) as capture:
            assert len(list(Group.objects.iterator(chunk_size=2))) == 10
        assert capture.queries() == {"SELECT auth_group": 1}

    def test_ends_with_the_capture(self):
        with capturing(FINDER) as capture:
            pass
        count_groups()
        assert capture.queries() == {}


def test_a_statement_of_another_database_says_so():
    statement = Statement("SELECT x FROM a", "archive", Origin(), None)
    assert statement.label == "archive: SELECT a"


@pytest.mark.django_db
class TestTheProof:
    def test_passes_when_statements_are_seen(self):
        prove_that_statements_are_seen(FINDER)

    def test_fails_when_they_are_lost(self, monkeypatch):
        class Deaf(list):
            def insert(self, place, wrapper):
                pass

        with monkeypatch.context() as patch:
            patch.setattr(connections["default"], "execute_wrappers", Deaf())
            with pytest.raises(CaptureError, match="'default' was not seen"):
                prove_that_statements_are_seen(FINDER)


@pytest.mark.django_db
def test_a_capture_keeps_nothing_of_the_view_alive():
    """A frame that lives on would keep the cursors of the view open."""

    class Thing:
        pass

    def view():
        thing = Thing()
        count_groups()
        return weakref.ref(thing)

    with capturing(FINDER) as capture:
        thing = view()
    gc.collect()
    assert capture.statements
    assert thing() is None
