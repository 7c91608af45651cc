"""Reading entries on the embedded store."""

from __future__ import annotations

import pytest
from django.db import OperationalError, transaction

from kickoff.caching import slots
from kickoff.caching.reading import BusyError, reader
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import lease, look
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tally import Tally
from kickoff.caching.tests.app.entries import ClubPage, ClubReads
from kickoff.caching.tests.app.models import Club

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = ClubReads.page


class TestRead:
    def test_the_value_is_built_once_and_then_read_without_a_query(
        self, ajax, no_memory, django_assert_num_queries
    ):
        with django_assert_num_queries(3):
            first = Club.cached.page(ajax.pk)
        with django_assert_num_queries(0):
            second = Club.cached.page(ajax.pk)
        assert first == second == ClubPage("Ajax", ("Anna",), ())

    def test_for_a_moment_not_even_the_store_is_asked(self, ajax, monkeypatch):
        first = Club.cached.page(ajax.pk)
        monkeypatch.setattr("kickoff.caching.reading.current_store", None)
        assert Club.cached.page(ajax.pk) is first

    def test_there_is_no_such_thing_is_remembered_too(self, no_memory, django_assert_num_queries):
        assert Club.cached.page(99) is None
        with django_assert_num_queries(0):
            assert Club.cached.page(99) is None

    def test_what_an_open_transaction_sees_is_not_cached(self, ajax, no_memory):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            rename_read_and_fail(ajax)
        assert Club.cached.page(ajax.pk).name == "Ajax"

    def test_a_builder_that_fails_leaves_the_slot_to_the_next(self, ajax, monkeypatch):
        monkeypatch.setattr(PAGE, "build", fail)
        with pytest.raises(ZeroDivisionError):
            Club.cached.page(ajax.pk)
        monkeypatch.undo()
        assert Club.cached.page(ajax.pk).name == "Ajax"

    def test_while_another_builds_a_reader_waits_and_then_is_told_to_come_back(
        self, ajax, settings
    ):
        settings.CACHING_WAIT_S = 0.05
        assert lease(current_store(), PAGE.key((ajax.pk,)))[0]
        with pytest.raises(BusyError):
            Club.cached.page(ajax.pk)

    def test_while_another_builds_the_last_known_value_serves(self, ajax, no_memory):
        known = Club.cached.page(ajax.pk)
        store, key = current_store(), PAGE.key((ajax.pk,))
        store.delete(key)
        assert lease(store, key)[0]
        assert Club.cached.page(ajax.pk) == known

    def test_a_value_that_is_too_large_is_served_counted_told_once_and_not_stored(
        self, ajax, no_memory, monkeypatch, caplog
    ):
        tally = Tally()
        monkeypatch.setattr(PAGE, "tally", tally)

        def refuse(*args):
            raise slots.ValueTooLargeError("key", 2_000_000, 1_000_000)

        monkeypatch.setattr(slots, "_write", refuse)
        for _ in range(3):
            assert Club.cached.page(ajax.pk).name == "Ajax"
        assert caplog.text.count("is not cached") == 1
        assert tally.counts.too_large == 3
        assert look(current_store(), PAGE.key((ajax.pk,))) is None

    def test_a_value_is_served_although_the_store_was_lost_while_it_was_built(
        self, ajax, monkeypatch
    ):
        def lose(*args):
            raise StoreUnavailableError("memcached", "gone")

        monkeypatch.setattr(slots, "_write", lose)
        counts = PAGE.tally.counts
        before = counts.builds
        assert Club.cached.page(ajax.pk).name == "Ajax"
        assert counts.builds == before + 1

    def test_what_is_not_there_pushes_nothing_out_of_memory(self, ajax, settings):
        for number in range(1_000, 1_010):
            Club.cached.page(number)
        assert len(reader.memory) == 0

    @pytest.mark.parametrize("wrong", ["7", 7.0, True])
    def test_an_argument_of_another_type_is_refused(self, wrong):
        with pytest.raises(TypeError, match=r"^cachingtests\.Club\.page takes int, not "):
            Club.cached.page(wrong)


class TestWithoutTheDatabase:
    def test_what_the_process_knows_is_served(self, ajax, no_memory, monkeypatch):
        Club.cached.page(ajax.pk)
        current_store().delete(PAGE.key((ajax.pk,)))

        def away(*arguments):
            raise OperationalError("gone away")

        monkeypatch.setattr(PAGE, "build", away)
        assert Club.cached.page(ajax.pk).name == "Ajax"


class TestAtOnce:
    def test_a_committed_change_is_seen_by_the_next_reader(self, ajax):
        assert Club.cached.name(ajax.pk).name == "Ajax"
        ajax.name = "AFC Ajax"
        ajax.save()
        assert Club.cached.name(ajax.pk).name == "AFC Ajax"

    def test_a_rolled_back_change_clears_nothing(self, ajax, django_assert_num_queries):
        Club.cached.name(ajax.pk)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            rename_read_and_fail(ajax)
        with django_assert_num_queries(0):
            assert Club.cached.name(ajax.pk).name == "Ajax"


class TestWithoutTheStore:
    @pytest.fixture(autouse=True)
    def _gone(self, ajax, monkeypatch):
        Club.cached.page(ajax.pk)  # known to this process

        def unavailable():
            raise StoreUnavailableError("memcached", "gone")

        monkeypatch.setattr("kickoff.caching.reading.current_store", unavailable)

    def test_what_the_process_knows_is_served(self, ajax, no_memory, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert Club.cached.page(ajax.pk).name == "Ajax"

    def test_what_it_does_not_know_is_built(self):
        other = Club.objects.create(name="Bayern")
        assert Club.cached.page(other.pk).name == "Bayern"

    def test_while_one_builds_the_others_are_told_to_come_back(self):
        other = Club.objects.create(name="Bayern")
        with reader.builder(), pytest.raises(BusyError):
            Club.cached.page(other.pk)


def rename_read_and_fail(club):
    club.name = "AFC Ajax"
    club.save()
    assert Club.cached.page(club.pk).name == "AFC Ajax"
    raise ZeroDivisionError


def fail(*arguments):
    raise ZeroDivisionError
