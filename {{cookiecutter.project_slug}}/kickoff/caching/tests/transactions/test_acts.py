"""An act that changes several models: its marks at the end, each slot emptied once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import transaction

from kickoff.caching.marks import marked_together
from kickoff.caching.models import Mark
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club, Member
from kickoff.caching.tests.transactions.acts import StoppedError, marked, rename, rename_and_fail
from kickoff.caching.watch import watches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.unaudited]


@pytest.fixture
def emptied(monkeypatch):
    """The keys whose slots are emptied."""
    keys = []
    for watch in watches.on(Club):
        if watch.after_commit:
            monkeypatch.setitem(vars(watch), "after_commit", keys.append)
    return keys


def test_each_key_is_marked_once(ajax):
    with marked_together():
        rename(ajax, "AFC Ajax")
        Member.objects.update(name="Ann")
    assert Mark.objects.filter(entry=ClubReads.page.name).count() == 1


def test_each_slot_is_emptied_once_after_the_commit(ajax, emptied):
    with marked_together():
        rename(ajax, "AFC Ajax")
        rename(ajax, "Ajax Amsterdam")
        assert emptied == []
    assert emptied == [(ajax.pk,)]


def test_a_change_that_is_taken_back_does_not_keep_a_later_one_from_emptying_the_slot(
    ajax, emptied
):
    with marked_together():
        with suppress(StoppedError), transaction.atomic():
            rename_and_fail(ajax)
        rename(ajax, "Ajax Amsterdam")
    assert emptied == [(ajax.pk,)]
    assert marked() == {ajax.pk}


def test_many_keys_are_marked_in_several_statements(ajax, monkeypatch):
    monkeypatch.setattr("kickoff.caching.marks.INSERTED_AT_ONCE", 2)
    with marked_together():
        Club.objects.bulk_create(Club(name=f"Club {number}") for number in range(5))
    assert marked() == set(Club.objects.exclude(pk=ajax.pk).values_list("pk", flat=True))
