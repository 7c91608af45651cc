"""What is counted of each entry, and how the status shows it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from kickoff.caching import tally
from kickoff.caching.leadership import Leadership
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.runtime import current_store
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tally import Counts, Tally, published
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club, Member

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "cachingtests.Club.page"


@pytest.fixture
def ajax(monkeypatch):
    """A club; counts are published with each read."""
    monkeypatch.setattr(tally, "PUBLISH_S", 0.0)
    monkeypatch.setattr(ClubReads.page.tally, "counts", Counts())
    return Club.objects.create(name="Ajax")


def status():
    out = io.StringIO()
    call_command("refresh_cache", "--status", "--json", stdout=out)
    return json.loads(out.getvalue())


def text():
    out = io.StringIO()
    call_command("refresh_cache", "--status", stdout=out)
    return out.getvalue()


class TestAnEntry:
    def test_tells_how_often_it_was_read_and_built(self, ajax, settings):
        settings.CACHING_MEMORY_S = -1.0
        for _ in range(4):
            Club.cached.page(ajax.pk)
        found = status()["entries"][NAME]
        assert (found["reads"], found["builds"], found["hit_ratio"]) == (4, 1, 0.75)
        assert 0 < found["mean_build_s"] < 10
        assert 0 <= found["last_built_s"] < 60

    def test_counts_what_process_memory_answers(self, ajax):
        for _ in range(9):
            Club.cached.page(ajax.pk)
        assert published(NAME, current_store()).plus(ClubReads.page.tally.counts).reads == 9

    def test_counts_rebuilds_of_the_refresher_as_no_miss(self, ajax):
        Club.cached.page(ajax.pk)
        Member.objects.create(club=ajax, name="Anna")
        Refresher(Shard(), Leadership("1/1")).once()
        Club.cached.page(ajax.pk)
        found = published(NAME, current_store()).plus(ClubReads.page.tally.counts)
        assert (found.reads, found.misses, found.builds) == (2, 1, 2)

    def test_tells_how_many_of_its_keys_are_filled_and_how_old_they_are(self, ajax):
        Club.objects.create(name="Bayern")
        Club.cached.page(ajax.pk)
        found = status()["entries"][NAME]
        assert (found["filled"], found["keys"]) == (1, 2)
        assert 0 <= found["oldest_s"] < 60

    def test_that_nobody_has_read_tells_nothing(self):
        found = status()["entries"]["cachingtests.Club.html"]
        assert (found["reads"], found["hit_ratio"], found["keys"]) == (0, None, None)


class TestTheStatus:
    def test_shows_a_line_for_each_entry(self, ajax):
        Club.cached.page(ajax.pk)
        (line,) = [line for line in text().splitlines() if line.startswith(f"{NAME} ")]
        assert line.split()[1:4] == ["1", "0.0%", "1"]
        assert "1 of 1" in line

    def test_says_that_the_store_is_away(self, monkeypatch):
        def unavailable():
            raise StoreUnavailableError("memcached", "gone")

        monkeypatch.setattr("kickoff.caching.status.current_store", unavailable)
        assert status()["store_error"] == "memcached does not answer: gone"
        assert "The store is away: memcached does not answer: gone" in text()

    def test_shows_the_last_error_of_the_refresher(self, ajax, monkeypatch):
        Club.cached.page(ajax.pk)
        ajax.save()

        def fail(*arguments):
            raise ZeroDivisionError("no members")

        monkeypatch.setattr(ClubReads.page, "build", fail)
        Refresher(Shard(), Leadership("1/1")).once()
        assert "ZeroDivisionError('no members')" in status()["leaders"][0]["last_error"]
        assert f"last error: {NAME}" in text()


class TestCounting:
    def test_nothing_is_told_of_what_was_not_read(self, monkeypatch):
        monkeypatch.setattr(tally, "PUBLISH_S", 0.0)
        process, asked = Tally(), []
        process.publish_when_due("entry", lambda: asked.append("the store"))
        assert asked == []

    def test_counts_of_several_processes_add_up(self, monkeypatch):
        monkeypatch.setattr(tally, "PUBLISH_S", 0.0)
        for reads in (3, 4):
            process = Tally()
            process.counts.reads = reads
            process.publish_when_due("entry", current_store)
        assert published("entry", current_store()).reads == 7

    def test_counts_are_kept_while_the_store_is_away(self, monkeypatch):
        monkeypatch.setattr(tally, "PUBLISH_S", 0.0)
        process = Tally()
        process.counts.reads = 3

        class Away:
            def gets(self, key):
                raise StoreUnavailableError("memcached", "gone")

        process.publish_when_due("entry", Away)
        process.publish_when_due("entry", current_store)
        assert published("entry", current_store()).reads == 3

    def test_the_store_is_not_asked_each_time(self):
        process = Tally()
        process.counts.reads = 3
        process.publish_when_due("entry", current_store)
        assert published("entry", current_store()).reads == 0
