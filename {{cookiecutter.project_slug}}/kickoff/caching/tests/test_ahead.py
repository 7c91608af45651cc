"""Pages that change all at once: made by the refresher, the most wanted first."""

from __future__ import annotations

import time
from functools import wraps

import pytest
from django.db import transaction

from kickoff.caching import ahead, checks, demand
from kickoff.caching.html import OldHtml
from kickoff.caching.leadership import Leadership
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.rendering import RenderedEntry
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import lease
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club, Member

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ClubReads.wanted_html


@pytest.fixture(autouse=True)
def _for_long(settings, monkeypatch):
    """No test waits for the end of the moment, nor for the demand to be published."""
    settings.CACHING_AHEAD_S = 60
    settings.CACHING_MEMORY_S = -1.0  # each read looks
    monkeypatch.setattr(demand, "PUBLISH_S", 0.0)
    monkeypatch.setattr(PAGES, "demand", demand.Demand())


@pytest.fixture
def refresher():
    return Refresher(Shard(), Leadership("1/1"))


@pytest.fixture
def ajax(refresher):
    club = Club.objects.create(name="Ajax")
    Member.objects.create(club=club, name="Anna")
    refresher.once()
    Club.cached.wanted_html(club.pk)
    return club


@pytest.fixture
def rendered(ajax, monkeypatch):
    """The page objects of which HTML was made since."""
    found = []
    plain = PAGES.build

    @wraps(plain)
    def build(page, *rest):
        found.append(page)
        return plain(page, *rest)

    monkeypatch.setattr(PAGES, "build", build)
    return found


@pytest.fixture
def change(refresher, monkeypatch):
    """Changes what all pages show; no page has been made since."""

    def create(name):
        Club.objects.create(name=name)
        with monkeypatch.context() as patch:
            patch.setattr(refresher.ahead, "make_some", lambda: False)
            refresher.once()

    return create


def html_of(club):
    return Club.cached.wanted_html(club.pk)


def slot_of(club):
    """Where its page is that the parts make now."""
    return PAGES.key((club.pk, PAGES.made_from(ClubReads.card.parts(club.pk))))


def forget_page(club):
    """What all pages show is still known."""
    reader.memory.drop((PAGES.name, (club.pk,)))
    reader.memory.drop((ClubReads.page.name, (club.pk,)))


def source_of(club):
    with observed_reads() as reads:
        html_of(club)
    return {read.entry: read.source for read in reads}[PAGES.name]


class TestBeforeItIsMade:
    def test_visitors_get_the_page_of_before(self, ajax, change, rendered):
        change("Bayern")
        for _ in range(2):
            html = html_of(ajax)
            assert b"1 of 1" in html.plain
            assert isinstance(html, OldHtml)
        assert rendered == []

    def test_they_get_it_from_its_copy_too(self, ajax, change, rendered):
        change("Bayern")
        html_of(ajax)  # This process has seen that it changed.
        for _ in range(2):
            forget_page(ajax)
            html = html_of(ajax)
            assert b"1 of 1" in html.plain
            assert isinstance(html, OldHtml)
        assert rendered == []

    def test_it_is_the_last_known_value(self, ajax, change):
        change("Bayern")
        assert source_of(ajax) is Source.LAST_KNOWN

    def test_they_make_it_when_the_moment_is_over(self, ajax, change, settings):
        change("Bayern")
        assert isinstance(html_of(ajax), OldHtml)
        settings.CACHING_AHEAD_S = 0.1
        time.sleep(0.15)
        assert b"1 of 2" in html_of(ajax).plain
        assert not isinstance(html_of(ajax), OldHtml)

    def test_they_get_it_after_another_change_too(self, ajax, change, settings):
        change("Bayern")
        Club.cached.index()
        change("Chelsea")
        assert b"1 of 1" in html_of(ajax).plain

    def test_the_moment_begins_with_the_first_change(self, ajax, change, settings):
        change("Bayern")
        Club.cached.index()
        time.sleep(0.15)
        change("Chelsea")
        settings.CACHING_AHEAD_S = 0.1
        assert b"1 of 3" in html_of(ajax).plain

    def test_nobody_keeps_what_is_served_while_another_makes_it(self, ajax, change, settings):
        change("Bayern")
        settings.CACHING_AHEAD_S = 0
        lease(current_store(), slot_of(ajax))
        html = html_of(ajax)
        assert b"1 of 1" in html.plain
        assert isinstance(html, OldHtml)

    def test_a_new_page_is_found_although_its_copy_is_old(self, ajax, change, refresher):
        change("Bayern")
        html_of(ajax)
        copy_key = PAGES.slots_ahead((ajax.pk,))[-1]
        old = current_store().get(copy_key)
        refresher.once()
        current_store().set(copy_key, old, 60)  # by somebody who was slow
        forget_page(ajax)
        assert b"1 of 2" in html_of(ajax).plain

    def test_they_make_it_where_the_change_was_not_seen(self, ajax, change):
        """Nobody knows how long ago it was."""
        change("Bayern")
        reader.memory.forget()
        assert b"1 of 2" in html_of(ajax).plain

    def test_a_change_of_the_page_itself_is_seen_at_once(self, ajax, change, refresher):
        change("Bayern")
        Member.objects.create(club=ajax, name="Bea")
        refresher.turns.take(lambda: True)
        assert b"Bea" in html_of(ajax).plain

    def test_in_a_transaction_everything_is_new(self, ajax, change):
        change("Bayern")
        with transaction.atomic():
            assert b"1 of 2" in html_of(ajax).plain

    def test_a_copy_that_is_nonsense_is_no_page(self, ajax, change):
        change("Bayern")
        html_of(ajax)
        forget_page(ajax)
        copy_key = PAGES.slots_ahead((ajax.pk,))[-1]
        slot, _, _data = current_store().get(copy_key).partition(b"\n")
        current_store().set(copy_key, slot + b"\nnonsense", 60)
        assert b"1 of 2" in html_of(ajax).plain


class TestTheRefresher:
    def test_makes_what_was_asked_for(self, ajax, change, rendered, refresher):
        change("Bayern")
        refresher.once()
        assert len(rendered) == 1
        html = html_of(ajax)
        assert b"1 of 2" in html.plain
        assert not isinstance(html, OldHtml)
        assert len(rendered) == 1

    def test_makes_it_where_the_process_does_not_know_the_page(
        self, ajax, change, rendered, refresher
    ):
        change("Bayern")
        refresher.once()
        forget_page(ajax)
        assert b"1 of 2" in html_of(ajax).plain
        assert len(rendered) == 1

    def test_makes_no_other(self, ajax, change, rendered, refresher):
        Club.objects.create(name="Bayern")
        refresher.once()
        refresher.once()
        assert [page.name for page in rendered] == ["Ajax"]

    def test_passes_over_what_is_there(self, ajax, change, rendered, refresher, settings):
        settings.CACHING_AHEAD_S = 0
        change("Bayern")
        html_of(ajax)
        refresher.once()
        assert len(rendered) == 1

    def test_passes_over_what_somebody_makes(self, ajax, change, rendered, refresher):
        change("Bayern")
        ours, _ = lease(current_store(), slot_of(ajax))
        refresher.once()
        assert rendered == []
        assert current_store().gets(slot_of(ajax)) == ours

    def test_passes_over_what_is_gone(self, ajax, change, rendered, refresher):
        change("Bayern")
        ajax.delete()
        refresher.once()
        assert rendered == []

    def test_does_not_wait_for_a_part_that_somebody_builds(
        self, ajax, change, rendered, refresher, settings
    ):
        settings.CACHING_WAIT_S = 60
        change("Bayern")
        reader.memory.drop((ClubReads.page.name, (ajax.pk,)))
        current_store().delete(ClubReads.page.key((ajax.pk,)))
        lease(current_store(), ClubReads.page.key((ajax.pk,)))
        assert not refresher.ahead.make_some()
        assert rendered == []

    def test_does_not_wait_for_what_has_changed(
        self, ajax, change, rendered, refresher, settings, caplog
    ):
        settings.CACHING_WAIT_S = 60
        change("Bayern")
        reader.memory.forget()
        current_store().delete(ClubReads.index.key(()))
        lease(current_store(), ClubReads.index.key(()))
        assert not refresher.ahead.make_some()
        assert rendered == []
        assert caplog.messages == []

    def test_makes_it_too_when_a_reader_has_built_what_changed(self, ajax, rendered, refresher):
        current_store().delete(ClubReads.index.key(()))
        Club.objects.create(name="Bayern")
        refresher.once()
        assert [page.clubs for page in rendered] == [2]

    def test_makes_the_most_wanted_first(self, ajax, rendered, refresher, change):
        clubs = [Club.objects.create(name=name) for name in ("Bayern", "Chelsea")]
        refresher.once()
        for turns, club in enumerate(clubs, start=2):
            for _ in range(turns):
                html_of(club)
        rendered.clear()
        change("Dynamo")
        refresher.once()
        assert [page.name for page in rendered] == ["Chelsea", "Bayern", "Ajax"]

    def test_lets_marks_have_their_turn(self, ajax, rendered, refresher, change, monkeypatch):
        monkeypatch.setattr(ahead, "BATCH", 1)
        clubs = [Club.objects.create(name=name) for name in ("Bayern", "Chelsea")]
        refresher.once()
        for club in clubs:
            html_of(club)
        rendered.clear()
        change("Dynamo")
        monkeypatch.setattr(ahead, "SLICE_S", 0.0)
        assert refresher.ahead.make_some()
        assert rendered == []
        monkeypatch.setattr(ahead, "SLICE_S", 60.0)
        assert not refresher.ahead.make_some()
        assert len(rendered) == 3

    def test_gives_up_while_the_store_is_away(self, ajax, rendered, refresher, change, monkeypatch):
        change("Bayern")

        def away(*args):
            raise StoreUnavailableError("memcached", "gone")

        with monkeypatch.context() as patch:
            patch.setattr(type(current_store()), "get_many", away)
            assert not refresher.ahead.make_some()
        assert not refresher.ahead.make_some()
        assert rendered == []

    def test_tells_of_a_page_that_cannot_be_made(
        self, ajax, refresher, change, monkeypatch, caplog
    ):
        change("Bayern")

        def fail(*args):
            raise ZeroDivisionError("a mistake in a template")

        with monkeypatch.context() as patch:
            patch.setattr(PAGES, "build", fail)
            refresher.once()
        assert f"Building {PAGES.name} [{ajax.pk}] failed" in caplog.text
        assert current_store().get(slot_of(ajax)) is None  # nobody holds its lease

    @pytest.mark.parametrize("answer", [[False, False], StoreUnavailableError("memcached", "gone")])
    def test_gives_a_lease_back_when_nothing_was_stored(
        self, ajax, change, rendered, refresher, monkeypatch, answer
    ):
        def write_many(store, writes):
            if isinstance(answer, Exception):
                raise answer
            return answer

        change("Bayern")
        with monkeypatch.context() as patch:
            patch.setattr(type(current_store()), "write_many", write_many)
            refresher.ahead.make_some()
        assert len(rendered) == 1
        assert current_store().get(slot_of(ajax)) is None

    def test_of_slow_pages_makes_one_after_the_other(
        self, ajax, change, rendered, refresher, monkeypatch
    ):
        for name in ("Bayern", "Chelsea"):
            html_of(Club.objects.create(name=name))
        rendered.clear()
        change("Dynamo")
        monkeypatch.setattr(ahead, "SLICE_S", 0.02)
        fast = PAGES.build
        monkeypatch.setattr(PAGES, "build", lambda *args: time.sleep(0.1) or fast(*args))
        for made in (1, 2, 3):
            refresher.ahead.make_some()
            assert len(rendered) == made
        assert not refresher.ahead.make_some()


def test_a_derived_entry_cannot_be_waited_for():
    RenderedEntry("cachingtests/card.html", of=ClubReads.card, ahead_when=ClubReads.card)
    try:
        assert "caching.E011" in {found.id for found in checks.check_entries(None)}
    finally:
        ClubReads.card.pages_ahead.clear()
