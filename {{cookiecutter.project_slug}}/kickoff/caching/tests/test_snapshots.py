"""MariaDB's snapshots: a transaction that goes on seeing what was there when it first read.

Only with TEST_DATABASE_URL=mysql://…, see conftest.py. Django's connections are READ COMMITTED by
default; here they are REPEATABLE READ, and autocommit may be off, as a site may set them up.
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from kickoff.caching.leadership import Leadership
from kickoff.caching.models import Mark
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import look
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Badge, Club, Member
from kickoff.caching.tests.elsewhere import elsewhere

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


@pytest.fixture(autouse=True)
def _repeatable_read(monkeypatch, transactional_db):
    """The connection of this thread; those of `elsewhere` are made the same way."""
    for options in (connection.settings_dict["OPTIONS"],):
        monkeypatch.setitem(options, "isolation_level", "repeatable read")
    connection.close()
    yield
    connection.close()


@pytest.fixture
def autocommit_off(_repeatable_read, ajax):
    transaction.set_autocommit(False)
    yield
    transaction.rollback()
    transaction.set_autocommit(True)


@pytest.fixture
def ajax(_repeatable_read):
    """Ajax with Anna, who wears a badge. No marks."""
    club = Club.objects.create(name="Ajax")
    Badge.objects.create(member=club.members.create(name="Anna"), title="Captain")
    Mark.objects.all().delete()
    return club


def marked():
    return set(Mark.objects.filter(entry=ClubReads.page.name).values_list("arguments", flat=True))


def rename(club, name):
    club.name = name
    club.save()


def name_of(club):
    return Club.objects.get(pk=club.pk).name


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()
    reader.memory.forget()


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
    def test_with_autocommit_off_the_mark_waits_for_the_commit_of_the_change(
        self, ajax, autocommit_off
    ):
        rename(ajax, "AFC Ajax")
        assert elsewhere(lambda: (name_of(ajax), marked())) == ("Ajax", set())
        transaction.commit()
        assert elsewhere(lambda: (name_of(ajax), marked())) == ("AFC Ajax", {f"[{ajax.pk}]"})

    def test_with_autocommit_off_a_rollback_takes_change_and_mark_along(self, ajax, autocommit_off):
        Club.objects.filter(pk=ajax.pk).update(name="AFC Ajax")
        transaction.rollback()
        assert elsewhere(lambda: (name_of(ajax), marked())) == ("Ajax", set())

    def test_mark_the_page_to_which_a_row_had_moved_before_their_old_view(self, ajax):
        """The badge is Anna's. She has moved, but this transaction sees her where she was."""
        bayern = Club.objects.create(name="Bayern")
        with transaction.atomic():
            badge = Badge.objects.get()
            elsewhere(lambda: Member.objects.filter(name="Anna").update(club=bayern))
            elsewhere(Mark.objects.all().delete)
            badge.title = "Treasurer"
            badge.save()
        assert f"[{bayern.pk}]" in marked()
