"""MariaDB's snapshots: a transaction that goes on seeing what was there when it first read.

Only with TEST_DATABASE_URL=mysql://…, see the conftest.py above. Django's connections are READ
COMMITTED by default; here they are REPEATABLE READ, and some have autocommit off, as a site may set
them up.
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from kickoff.caching.models import Mark
from kickoff.caching.reading import reader
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import look
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.tests.transactions.acts import marked, refresh, rename
from kickoff.caching.tests.transactions.elsewhere import elsewhere

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


@pytest.fixture(autouse=True)
def _repeatable_read(monkeypatch, transactional_db):
    """The connection of this thread; those of `elsewhere` are made the same way."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "isolation_level", "repeatable read")
    connection.close()
    yield
    connection.close()


def name_of(club):
    return Club.objects.get(pk=club.pk).name


def name_in_slot(club):
    reader.memory.forget()
    return elsewhere(lambda: Club.cached.page(club.pk).name)


def test_the_snapshots_are_there(ajax):
    with transaction.atomic():
        assert name_of(ajax) == "Ajax"
        elsewhere(lambda: rename(ajax, "AFC Ajax"))
        assert name_of(ajax) == "Ajax"
    assert name_of(ajax) == "AFC Ajax"


class TestTheRefresher:
    def test_builds_from_a_view_with_the_change_though_it_has_read_before(self, ajax):
        Club.cached.page(ajax.pk)
        assert name_of(ajax) == "Ajax"
        elsewhere(lambda: rename(ajax, "AFC Ajax"))
        refresh()
        assert name_in_slot(ajax) == "AFC Ajax"
        assert elsewhere(marked) == set()

    def test_a_builder_with_a_transaction_of_its_own_sees_the_change(self, ajax, monkeypatch):
        entry = vars(ClubReads)["page"]
        monkeypatch.setattr(entry, "build", transaction.atomic(entry.build))
        elsewhere(lambda: Club.cached.page(ajax.pk))
        for name in ("AFC Ajax", "Ajax Amsterdam"):
            elsewhere(lambda name=name: rename(ajax, name))
            refresh()
            assert name_in_slot(ajax) == name

    def test_with_autocommit_off_it_sees_marks_and_changes_that_come_after_its_snapshot(
        self, ajax, autocommit_off
    ):
        elsewhere(lambda: Club.cached.page(ajax.pk))
        assert name_of(ajax) == "Ajax"
        elsewhere(lambda: rename(ajax, "AFC Ajax"))
        refresh()
        assert name_in_slot(ajax) == "AFC Ajax"
        assert elsewhere(marked) == set()


class TestReaders:
    def test_in_a_transaction_their_old_view_is_not_cached(self, ajax):
        with transaction.atomic():
            assert name_of(ajax) == "Ajax"
            elsewhere(lambda: rename(ajax, "AFC Ajax"))
            assert Club.cached.page(ajax.pk).name == "Ajax"
        assert look(current_store(), ClubReads.page.key((ajax.pk,))) is None

    def test_with_autocommit_off_their_old_view_is_not_cached(self, ajax, autocommit_off):
        assert name_of(ajax) == "Ajax"
        elsewhere(lambda: rename(ajax, "AFC Ajax"))
        assert Club.cached.page(ajax.pk).name == "Ajax"
        assert look(current_store(), ClubReads.page.key((ajax.pk,))) is None


class TestWriters:
    def test_mark_the_page_to_which_a_row_had_moved_before_their_old_view(self, ajax):
        """The badge is Anna's. She has moved, but this transaction sees her where she was."""
        bayern = Club.objects.create(name="Bayern")
        with transaction.atomic():
            badge = Badge.objects.get()
            elsewhere(lambda: Member.objects.filter(name="Anna").update(club=bayern))
            elsewhere(Mark.objects.all().delete)
            badge.title = "Treasurer"
            badge.save()
        assert bayern.pk in marked()
