"""What the refresher does to marked and to pinned keys, on the embedded store."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connection

from kickoff.caching import slots
from kickoff.caching.leadership import Leadership
from kickoff.caching.marks import mark
from kickoff.caching.models import Leader, Mark
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import lease, look
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club, Member
from kickoff.testing.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = ClubReads.page


@pytest.fixture
def refresher():
    return Refresher(Shard(), Leadership("1/1"))


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
        held, _ = lease(store, key)
        before = PAGE.build(ajax.pk)
        ajax.name = "AFC Ajax"
        ajax.save()
        refresher.once()
        assert Mark.objects.filter(entry=PAGE.name).exists()
        _value, data = slots.fill(store, PAGE, (ajax.pk,), held, lambda: before)
        assert data is not None
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


def fail(*arguments):
    raise ZeroDivisionError


def ask_for_an_unknown_table(*arguments):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM no_such_table")


def far_in_the_future():
    return 1e9
