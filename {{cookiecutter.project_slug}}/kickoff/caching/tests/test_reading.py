"""Reading entries, and what the refresher does to them, on the embedded store."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection, transaction

from kickoff.caching import slots
from kickoff.caching.leadership import Leadership
from kickoff.caching.marks import mark
from kickoff.caching.models import Leader, Mark
from kickoff.caching.reading import BusyError, reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import lease, look
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tally import Tally
from kickoff.caching.tests.app.entries import ClubPage, ClubReads
from kickoff.caching.tests.app.models import Club, Member
from kickoff.testing.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = ClubReads.page


@pytest.fixture
def ajax():
    club = Club.objects.create(name="Ajax")
    Member.objects.create(club=club, name="Anna")
    Mark.objects.all().delete()
    return club


@pytest.fixture
def no_memory(settings):
    """Every read looks at the store."""
    settings.CACHING_MEMORY_S = -1.0


@pytest.fixture
def refresher():
    return Refresher(Shard(), Leadership("1/1"))


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
        assert lease(current_store(), PAGE.key((ajax.pk,)))
        with pytest.raises(BusyError):
            Club.cached.page(ajax.pk)

    def test_while_another_builds_the_last_known_value_serves(self, ajax, no_memory):
        known = Club.cached.page(ajax.pk)
        store, key = current_store(), PAGE.key((ajax.pk,))
        store.delete(key)
        assert lease(store, key)
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


class TestRefresher:
    def test_a_change_reaches_the_readers_without_their_building(
        self, ajax, no_memory, refresher, django_assert_num_queries
    ):
        Club.cached.page(ajax.pk)
        Member.objects.create(club=ajax, name="Ben")
        assert Club.cached.page(ajax.pk).members == ("Anna",)
        refresher.once()
        assert not Mark.objects.exists()
        with django_assert_num_queries(0):
            assert Club.cached.page(ajax.pk).members == ("Anna", "Ben")

    def test_many_marks_of_one_key_are_one_rebuild(self, ajax, refresher):
        refresher.once()
        Club.cached.page(ajax.pk)
        for number in range(5):
            Member.objects.create(club=ajax, name=f"Member {number}")
        before = refresher.rebuilds
        refresher.once()
        assert refresher.rebuilds == before + 1

    def test_a_key_that_nobody_has_read_is_not_built(self, ajax, refresher):
        mark(PAGE.name, [(ajax.pk,)])
        refresher.once()
        assert look(current_store(), PAGE.key((ajax.pk,))) is None
        assert not Mark.objects.exists()

    def test_while_somebody_fills_a_slot_its_mark_waits(self, ajax, no_memory, refresher):
        """Who fills it may have read the database before the change."""
        store, key = current_store(), PAGE.key((ajax.pk,))
        held = lease(store, key)
        before = PAGE.build(ajax.pk)
        ajax.name = "AFC Ajax"
        ajax.save()
        refresher.once()
        assert Mark.objects.filter(entry=PAGE.name).exists()
        _value, stored = slots.fill(store, PAGE, (ajax.pk,), held, lambda: before)
        assert stored
        refresher.once()
        assert Club.cached.page(ajax.pk).name == "AFC Ajax"
        assert not Mark.objects.exists()

    def test_a_pinned_entry_is_present_without_a_reader_also_after_a_flush(
        self, ajax, refresher, no_memory, django_assert_num_queries
    ):
        for _ in range(2):
            current_store().delete(ClubReads.index.key(()))
            refresher.once()
            with django_assert_num_queries(0):
                assert Club.cached.index().names == ("Ajax",)

    def test_when_a_builder_fails_the_old_value_and_the_mark_stay_and_others_go_on(
        self, ajax, no_memory, refresher, monkeypatch, caplog
    ):
        refresher.once()
        Club.cached.page(ajax.pk)
        ajax.name = "AFC Ajax"
        ajax.save()
        monkeypatch.setattr(PAGE, "build", fail)
        refresher.once()
        refresher.once()
        assert Club.cached.page(ajax.pk).name == "Ajax"
        assert Club.cached.index().names == ("AFC Ajax",)
        assert set(Mark.objects.values_list("entry", flat=True)) == {PAGE.name}
        assert caplog.text.count("its old value stays") == 1

    def test_an_error_of_the_builders_sql_is_told_and_no_outage(
        self, ajax, refresher, monkeypatch, caplog
    ):
        """Django raises OperationalError for an unknown column as for a server that is away."""
        Club.cached.page(ajax.pk)
        ajax.save()
        monkeypatch.setattr(PAGE, "build", ask_for_an_unknown_table)
        refresher.once()
        assert "no_such_table" in Leader.objects.get().last_error
        assert caplog.text.count("its old value stays") == 1

    def test_a_pinned_key_whose_builder_fails_waits_for_its_delay(self, refresher, monkeypatch):
        calls = []
        monkeypatch.setattr(ClubReads.index, "build", lambda: calls.append(1) or fail())
        for _ in range(3):
            refresher.once()
        assert len(calls) == 1

    def test_a_failed_key_is_tried_again_after_a_while(
        self, ajax, no_memory, refresher, monkeypatch
    ):
        Club.cached.page(ajax.pk)
        ajax.name = "AFC Ajax"
        ajax.save()
        monkeypatch.setattr(PAGE, "build", fail)
        refresher.once()
        monkeypatch.undo()
        # The clock of the delays only: whoever else looked at it would wait for ever afterwards.
        late = SimpleNamespace(monotonic=far_in_the_future)
        monkeypatch.setattr("kickoff.caching.delays.time", late)
        refresher.once()
        assert Club.cached.page(ajax.pk).name == "AFC Ajax"
        assert not Mark.objects.exists()

    def test_marks_stay_while_the_store_is_gone(self, ajax, refresher, monkeypatch):
        Club.cached.page(ajax.pk)
        ajax.save()

        def unavailable():
            raise StoreUnavailableError("memcached", "gone")

        monkeypatch.setattr("kickoff.caching.refresher.current_store", unavailable)
        refresher.once()
        assert Mark.objects.exists()

    def test_expired_slots_are_removed_from_the_store(self, refresher):
        store = current_store()
        store.prune()
        assert store.add("expires", b"value", 1)
        wait_until(lambda: store.get("expires") is None)
        refresher.step()
        assert store.prune() == 0

    def test_marks_of_an_entry_that_is_gone_are_dropped(self, refresher):
        mark("no.such.entry", [(1,)])
        refresher.once()
        assert not Mark.objects.exists()

    def test_shards_share_the_keys(self, ajax):
        keys = [f"[{number}]" for number in range(100)]
        owners = [
            [shard.index for shard in (Shard(1, 3), Shard(2, 3), Shard(3, 3)) if shard.owns("e", k)]
            for k in keys
        ]
        assert {len(owner) for owner in owners} == {1}
        assert {owner[0] for owner in owners} == {1, 2, 3}


def rename_read_and_fail(club):
    club.name = "AFC Ajax"
    club.save()
    assert Club.cached.page(club.pk).name == "AFC Ajax"
    raise ZeroDivisionError


def fail(*arguments):
    raise ZeroDivisionError


def ask_for_an_unknown_table(*arguments):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM no_such_table")


def far_in_the_future():
    return 1e9
