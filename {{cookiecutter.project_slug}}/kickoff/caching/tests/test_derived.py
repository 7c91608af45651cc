"""Derived entries: made from other entries, and remembered while these are the same."""

from __future__ import annotations

import pytest
from django.db import transaction

from kickoff.caching.leadership import Leadership
from kickoff.caching.memory import ONE_READER
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import lease
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tests.app.entries import Card, ClubReads
from kickoff.caching.tests.app.models import Club, Member
from kickoff.testing.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ajax():
    club = Club.objects.create(name="Ajax")
    Member.objects.create(club=club, name="Anna")
    refresh()
    return club


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()


def sources(club):
    """Where a card and its parts come from, by the name of the entry."""
    with observed_reads() as reads:
        Club.cached.card(club.pk)
    return {read.entry.rpartition(".")[2]: read.source for read in reads}


def test_it_is_made_from_its_parts(ajax):
    assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 1)


def test_a_thing_that_is_not_there_has_none(ajax):
    assert Club.cached.card(99) is None


class TestItsMemory:
    def test_for_a_moment_nothing_is_asked_at_all(self, ajax):
        card = Club.cached.card(ajax.pk)
        with observed_reads() as reads:
            assert Club.cached.card(ajax.pk) is card
        assert [(read.entry, read.source) for read in reads] == [
            (ClubReads.card.name, Source.MEMORY)
        ]

    def test_while_the_parts_are_the_same_its_own_slot_is_not_asked(self, ajax, no_memory):
        card = Club.cached.card(ajax.pk)
        assert sources(ajax) == {
            "page": Source.STORE,
            "index": Source.STORE,
            "card": Source.MEMORY,
        }
        assert Club.cached.card(ajax.pk) is card

    def test_it_is_no_fresher_than_its_oldest_part(self, ajax, settings):
        settings.CACHING_MEMORY_S = 0.3
        page = Club.cached.page(ajax.pk)
        assert page is not None
        known_at = ClubReads.page.versioned(ajax.pk).known_at
        assert ClubReads.card.versioned(ajax.pk).known_at == known_at

    def test_another_part_makes_another_value(self, ajax):
        old = Club.cached.card(ajax.pk)
        Club.objects.create(name="Bayern")
        refresh()
        wait_until(lambda: Club.cached.card(ajax.pk) != old)
        assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 2)

    def test_what_a_transaction_sees_is_not_remembered(self, ajax, no_memory):
        with transaction.atomic():
            ajax.name = "AFC Ajax"
            ajax.save()
            assert Club.cached.card(ajax.pk).name == "AFC Ajax"
            assert ClubReads.card.versioned(ajax.pk).known_at == ONE_READER
            transaction.set_rollback(True)
        assert Club.cached.card(ajax.pk).name == "Ajax"


class TestWhileAnotherBuilds:
    @pytest.fixture
    def leased(self, ajax, no_memory):
        """The slot of the card that the parts make now is leased by somebody else."""
        Club.cached.card(ajax.pk)
        ajax.name = "AFC Ajax"
        ajax.save()
        refresh()
        parts = (ClubReads.page.versioned(ajax.pk), ClubReads.index.versioned())
        versions = ".".join(part.version for part in parts)
        assert lease(current_store(), ClubReads.card.key((ajax.pk, versions)))[0]

    def test_the_value_of_a_moment_ago_serves(self, ajax, leased):
        assert Club.cached.card(ajax.pk).name == "Ajax"
        assert sources(ajax)["card"] is Source.LAST_KNOWN


class TestWithoutTheStore:
    def test_what_the_process_knows_is_served_without_a_query(
        self, ajax, no_memory, monkeypatch, django_assert_num_queries
    ):
        card = Club.cached.card(ajax.pk)

        def unavailable():
            raise StoreUnavailableError("memcached", "gone")

        monkeypatch.setattr("kickoff.caching.reading.current_store", unavailable)
        with django_assert_num_queries(0):
            assert Club.cached.card(ajax.pk) is card

    def test_a_process_that_starts_builds_it(self, ajax, monkeypatch):
        def unavailable():
            raise StoreUnavailableError("memcached", "gone")

        reader.memory.forget()
        monkeypatch.setattr("kickoff.caching.reading.current_store", unavailable)
        assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 1)
