"""A derived value and the part that is its own come in one round trip."""

from __future__ import annotations

import msgspec
import pytest

from kickoff.caching.content import Content
from kickoff.caching.copies import copy_of, opened
from kickoff.caching.envelope import seal, seal_lease
from kickoff.caching.html import Html
from kickoff.caching.leadership import Leadership
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import BusyError, reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import lease, sealed
from kickoff.caching.tests.app.entries import Card, ClubReads
from kickoff.caching.tests.app.models import Club, Member
from kickoff.testing.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Head(msgspec.Struct, frozen=True):
    name: str


class Whole(Head, frozen=True):
    rest: int


def copy_key_of(club):
    return ClubReads.card.slots_ahead((club.pk,))[-1]


@pytest.fixture
def ajax():
    club = Club.objects.create(name="Ajax")
    Member.objects.create(club=club, name="Anna")
    refresh()
    Club.cached.card(club.pk)
    Club.cached.html(club.pk)
    know_only_what_all_share(club)
    return club


@pytest.fixture
def asked(monkeypatch):
    """The round trips to the store, each as the keys that it asks for."""
    trips = []

    def get(store, key):
        trips.append([key])
        return plain_get(store, key)

    def get_many(store, keys):
        trips.append(list(keys))
        return {key: value for key in keys if (value := plain_get(store, key)) is not None}

    kind = type(current_store())
    plain_get = kind.get
    monkeypatch.setattr(kind, "get", get)
    monkeypatch.setattr(kind, "get_many", get_many)
    return trips


def refresh():
    Refresher(Shard(), Leadership("1/1")).once()


def know_only_what_all_share(club):
    reader.memory.forget()
    Club.cached.index()


def sources(read):
    with observed_reads() as reads:
        read()
    return {read.entry.rpartition(".")[2]: read.source for read in reads}


def test_a_page_that_the_process_does_not_know_is_one_round_trip(ajax, asked):
    assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 1)
    assert asked == [[ClubReads.page.key((ajax.pk,)), copy_key_of(ajax)]]


def test_its_html_too(ajax, asked):
    assert b"Anna" in Club.cached.html(ajax.pk).plain
    assert len(asked) == 1
    assert len(asked[0]) == 2


def test_what_the_process_knows_is_not_asked_for(ajax, asked, settings):
    Club.cached.card(ajax.pk)
    asked.clear()
    settings.CACHING_MEMORY_S = -1.0
    Club.cached.card(ajax.pk)
    assert asked == [[ClubReads.page.key((ajax.pk,))], [ClubReads.index.key(())]]


def test_a_copy_of_another_slot_is_not_served(ajax, asked):
    """An older one, perhaps: whoever built it was slow, and has overwritten ours."""
    old = copy_of("another", sealed(ClubReads.card, Card("Old", (), 1)))
    current_store().set(copy_key_of(ajax), old, 60)
    assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 1)
    assert len(asked) == 1  # The slot was found when its lease was asked for.


def test_without_a_copy_the_slot_is_asked(ajax, asked):
    current_store().delete(copy_key_of(ajax))
    assert sources(lambda: Club.cached.card(ajax.pk)) == {
        "page": Source.STORE,
        "card": Source.STORE,
        "index": Source.MEMORY,
    }
    assert len(asked) == 2


def test_a_change_of_the_part_is_seen(ajax):
    ajax.name = "AFC Ajax"
    ajax.save()
    refresh()
    know_only_what_all_share(ajax)
    assert Club.cached.card(ajax.pk).name == "AFC Ajax"
    know_only_what_all_share(ajax)
    assert sources(lambda: Club.cached.card(ajax.pk))["card"] is Source.STORE


def test_a_change_of_what_all_share_is_seen(ajax):
    Club.objects.create(name="Bayern")
    refresh()
    wait_until(lambda: Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 2))


class TestTheFirstWhoAsksAfterAChange:
    @pytest.fixture
    def calls(self, ajax, monkeypatch, settings):
        """The calls of the store, since what all pages share has changed and is known."""
        Club.objects.create(name="Bayern")
        refresh()
        wait_until(lambda: len(ClubReads.index.read().names) == 2)
        settings.CACHING_MEMORY_S = 60  # of the index
        found, inside = [], []

        def noted(name, plain):
            def call(store, *args):
                if not inside:
                    found.append(name)
                inside.append(name)
                try:
                    return plain(store, *args)
                finally:
                    inside.pop()

            return call

        kind = type(current_store())
        for name in ("get", "get_many", "gets", "add", "add_or_gets", "cas", "set", "delete"):
            monkeypatch.setattr(kind, name, noted(name, getattr(kind, name)))
        return found

    def test_takes_four_round_trips(self, ajax, calls):
        assert b"1 of 2" in Club.cached.html(ajax.pk).plain
        assert calls == ["get_many", "add_or_gets", "cas", "set"]

    def test_takes_no_more_where_the_process_knew_the_page(self, ajax, calls, settings):
        settings.CACHING_MEMORY_S = -1.0
        Club.cached.html(ajax.pk)
        Club.objects.create(name="Chelsea")
        refresh()
        calls.clear()
        assert b"1 of 3" in Club.cached.html(ajax.pk).plain
        assert calls == ["get", "get", "add_or_gets", "cas", "set"]  # the index was asked for too

    def test_finds_what_another_was_faster_to_make(self, ajax, calls):
        html = Html.of("of another process")
        current_store().set(self.slot(ajax), sealed(ClubReads.html, html), 60)
        calls.clear()
        assert Club.cached.html(ajax.pk) == html
        assert calls == ["get_many", "add_or_gets"]

    def test_finds_it_too_where_the_process_knew_the_page(self, ajax, calls, settings):
        Club.cached.html(ajax.pk)
        settings.CACHING_MEMORY_S = -1.0
        Club.objects.create(name="Chelsea")
        refresh()
        html = Html.of("of another process")
        current_store().set(self.slot(ajax), sealed(ClubReads.html, html), 60)
        calls.clear()
        assert Club.cached.html(ajax.pk) == html
        assert calls == ["get", "get", "add_or_gets"]

    def test_is_told_to_come_back_while_another_makes_it(self, ajax, calls, settings):
        settings.CACHING_WAIT_S = 0.1
        assert lease(current_store(), self.slot(ajax))[0]
        with pytest.raises(BusyError):
            Club.cached.html(ajax.pk)

    def test_gets_what_it_knew_while_another_makes_it(self, ajax, calls, settings):
        html = Club.cached.html(ajax.pk)
        settings.CACHING_MEMORY_S = -1.0
        Club.objects.create(name="Chelsea")
        refresh()
        assert lease(current_store(), self.slot(ajax))[0]
        assert Club.cached.html(ajax.pk) is html

    def test_takes_nonsense_for_nothing(self, ajax, calls):
        nonsense = copy_of("another", seal(b"nonsense", compress_over_bytes=100))
        for before in (nonsense, copy_of("another", b"?"), copy_of("another", seal_lease(b"1"))):
            know_only_what_all_share(ajax)
            current_store().delete(self.slot(ajax))
            current_store().set(ClubReads.html.slots_ahead((ajax.pk,))[-1], before, 60)
            assert b"1 of 2" in Club.cached.html(ajax.pk).plain

    def slot(self, club):
        """Where the HTML is that the parts make now."""
        made_from = ClubReads.html.made_from(ClubReads.card.parts(club.pk))
        return ClubReads.html.key((club.pk, made_from))


def test_a_copy_names_its_slot():
    assert opened(copy_of("slot", b"a\nb")) == ("slot", b"a\nb")
    assert opened(copy_of("slot:7", b"a")) == ("slot:7", b"a")
    assert opened(b"\xff is no copy")[1] == b""


class TestWhatIsNotDecoded:
    @pytest.fixture
    def decoded(self, monkeypatch):
        found = []
        plain = Content._decoded

        def note(content, decode, payload):
            found.append(value := plain(content, decode, payload))
            return value

        monkeypatch.setattr(Content, "_decoded", note)
        return found

    def test_the_parts_of_a_page_that_is_there(self, ajax, decoded):
        Club.cached.html(ajax.pk)
        assert [type(value) for value in decoded] == [Html]

    def test_it_is_decoded_once_for_all(self, ajax, decoded):
        assert Club.cached.card(ajax.pk) is Club.cached.card(ajax.pk)
        assert len(decoded) == 1

    def test_a_head_is_decoded_without_the_rest(self):
        payload = msgspec.msgpack.encode({"name": "Ajax", "rest": "no number"})
        content = Content.undecoded(payload, msgspec.msgpack.Decoder(Whole).decode, list)
        assert content.head(Head) == Head("Ajax")
        assert not content.is_none


class TestWhatCannotBeDecoded:
    NONSENSE = {"other": "fields"}

    def put(self, key, prefix=""):
        data = sealed(ClubReads.colours, self.NONSENSE)
        current_store().set(key, copy_of(prefix, data) if prefix else data, 60)

    def test_a_part_is_built_anew(self, ajax):
        self.put(ClubReads.page.key((ajax.pk,)))
        assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 1)
        assert Club.cached.page(ajax.pk).members == ("Anna",)

    def test_a_copy_is_thrown_away(self, ajax):
        parts = (ClubReads.page.versioned(ajax.pk), ClubReads.index.versioned())
        slot = ClubReads.card.key((ajax.pk, ".".join(part.version for part in parts)))
        assert current_store().get(slot)
        know_only_what_all_share(ajax)
        self.put(copy_key_of(ajax), prefix=slot)
        assert Club.cached.card(ajax.pk) == Card("Ajax", ("Anna",), 1)
