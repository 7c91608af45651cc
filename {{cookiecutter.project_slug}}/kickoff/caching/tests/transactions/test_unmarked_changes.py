"""A change that cannot be marked is not kept, and its error says what stood in the way."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models.signals import post_save

from kickoff.caching.marks import UnmarkableError, marked_together
from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.watch import Watch, watches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]

WHAT_TO_DO = (
    "and was not kept. If the database was busy, try the whole transaction again; if a table is "
    "missing, run manage.py migrate."
)


def names():
    return set(Club.objects.values_list("name", flat=True))


def no_statement_on(table, verb):
    """The database refuses these statements."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith(verb) and f"FROM {quoted}" in sql.replace("INTO", "FROM"):
            raise OperationalError(1205, "Lock wait timeout exceeded")
        return execute(sql, params, many, context)

    quoted = connection.ops.quote_name(table)
    return connection.execute_wrapper(refuse)


def no_marks():
    return no_statement_on(Mark._meta.db_table, "INSERT")


class TestADatabaseThatDoesNotTakeTheMark:
    def test_takes_the_change_back(self, ajax):
        ajax.name = "AFC Ajax"
        with no_marks(), pytest.raises(OperationalError) as error:
            ajax.save()
        assert names() == {"Ajax"}
        assert error.value.__notes__ == [
            "A change could not be marked for cachingtests.Club.index, cachingtests.Club.name, "
            f"cachingtests.Club.page, {WHAT_TO_DO}"
        ]

    @pytest.mark.parametrize(
        "change",
        [
            lambda: Club.objects.update(name="AFC Ajax"),
            lambda: Club.objects.bulk_create([Club(name="Bayern")]),
            lambda: Club.objects.all().delete(),
            lambda: Club.objects.get().colours.create(name="red"),
        ],
        ids=["update", "bulk_create", "delete", "many-to-many"],
    )
    def test_is_told_of_every_change(self, ajax, change):
        with no_marks(), pytest.raises(OperationalError) as error:
            change()
        assert WHAT_TO_DO in error.value.__notes__[0]
        assert names() == {"Ajax"}

    def test_takes_an_act_back_whose_marks_are_written_at_its_end(self, ajax):
        with no_marks(), pytest.raises(OperationalError) as error, marked_together():
            Club.objects.update(name="AFC Ajax")
        assert "cachingtests.Club.page" in error.value.__notes__[0]
        assert names() == {"Ajax"}

    def test_nor_lets_a_path_be_followed(self, ajax):
        with no_statement_on(Member._meta.db_table, "SELECT"), pytest.raises(OperationalError) as e:
            Badge.objects.update(title="Treasurer")
        assert e.value.__notes__ == [
            "A change of cachingtests.Badge could not be marked for cachingtests.Club.page, "
            f"{WHAT_TO_DO}"
        ]
        assert Badge.objects.get().title == "Captain"


class TestInABlockOfTheCaller:
    def test_nothing_commits_even_where_the_error_is_caught(self, ajax):
        with transaction.atomic():
            Club.objects.create(name="Bayern")
            with no_marks(), suppress(OperationalError):
                ajax.save()
        assert names() == {"Ajax"}

    def test_a_block_around_the_change_alone_saves_the_rest(self, ajax):
        with transaction.atomic():
            Club.objects.create(name="Bayern")
            with no_marks(), suppress(OperationalError), transaction.atomic():
                ajax.save()
        assert names() == {"Ajax", "Bayern"}


class TestAReceiverThatRaises:
    @pytest.fixture(autouse=True)
    def _receiver(self):
        def fail(**kwargs):
            raise ZeroDivisionError

        post_save.connect(fail, sender=Club)
        yield
        post_save.disconnect(fail, sender=Club)

    @pytest.fixture
    def ajax(self):
        return Club.objects.bulk_create([Club(name="Ajax")])[0]

    def test_takes_the_change_back(self, ajax):
        ajax.name = "AFC Ajax"
        with pytest.raises(ZeroDivisionError):
            ajax.save()
        assert names() == {"Ajax"}

    def test_lets_nothing_commit_beside_it(self, ajax):
        with transaction.atomic():
            Club.objects.bulk_create([Club(name="Bayern")])
            with suppress(ZeroDivisionError):
                ajax.save()
        assert names() == {"Ajax"}


def test_a_path_that_ends_with_no_argument_is_named(ajax, monkeypatch):
    watch = Watch("cachingtests.Club.page", Badge, ("worn_since",))
    monkeypatch.setitem(watches._by_model, Badge, [watch])
    with pytest.raises(UnmarkableError) as error:
        Badge.objects.update(worn_since=date(2030, 1, 1))
    assert str(error.value) == (
        "cachingtests.Club.page: a change of cachingtests.Badge leads to datetime.date(2030, 1, "
        "1), which is no argument of a key, and was not kept. Let its path in stale_when end with "
        "a field that holds int or str."
    )
    assert Badge.objects.get().worn_since is None
