"""Statements that are compiled once give what their querysets would give."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kickoff.caching.models import Fingerprint, Mark
from kickoff.compiled import Compiled

pytestmark = pytest.mark.django_db


@pytest.fixture
def marks():
    Mark.objects.bulk_create(Mark(entry="page", arguments=f"[{number}]") for number in range(3))
    return list(Mark.objects.order_by("pk"))


@pytest.fixture
def between():
    return Compiled(
        lambda first, last: (
            Mark.objects.filter(pk__lte=last, pk__gte=first, entry="page")
            .order_by("pk")
            .values_list("pk", "arguments", "created_at")
        ),
        numbers=2,
    )


def test_each_number_finds_its_place(marks, between):
    first, second, third = [(mark.pk, mark.arguments, mark.created_at) for mark in marks]
    assert between.rows(marks[0].pk, marks[1].pk) == [first, second]
    assert between.rows(marks[1].pk, marks[2].pk) == [second, third]
    assert between.rows(marks[2].pk, marks[0].pk) == []


def test_django_compiles_it_once(marks, between, monkeypatch):
    compiled = []
    as_sql = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda *args, **kwargs: compiled.append(1) or as_sql(*args, **kwargs)
    )
    for mark in marks:
        between.rows(mark.pk, mark.pk)
    assert len(compiled) == 1


def test_it_takes_numbers_and_nothing_like_them(between):
    assert between.takes([1, 2])
    assert not between.takes(["1", 2])
    assert not between.takes([True, 2])
    assert not between.takes([None, 2])


def test_a_key_that_the_database_knows_as_something_else_is_not_taken():
    by_key = Compiled(lambda key: Session.objects.filter(pk=key).values_list("pk"), numbers=1)
    assert not by_key.takes([7])


def test_a_lock_ends_the_statement(marks, between):
    with CaptureQueriesContext(connection) as seen:
        between.rows(marks[0].pk, marks[0].pk, lock=" /* locked */")
    assert seen.captured_queries[0]["sql"].endswith(" /* locked */")


def test_dates_are_read_as_django_reads_them():
    seen_at = timezone.now().replace(microsecond=0) - timedelta(days=1)
    kept = Fingerprint.objects.create(entry="page", fingerprint="f", seen_at=seen_at)
    times = Compiled(lambda key: Fingerprint.objects.filter(pk=key).values_list("seen_at"), 1)
    assert times.rows(kept.pk) == [(seen_at,)]
