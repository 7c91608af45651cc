"""Which pages are asked for most."""

from __future__ import annotations

import msgspec
import pytest

from kickoff.caching import demand
from kickoff.caching.demand import Demand, most_asked
from kickoff.caching.runtime import current_store
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(demand, "PUBLISH_S", 0.0)


@pytest.fixture
def clock(monkeypatch):
    """The time of day, in the middle of a window."""
    times = [1_000_000_005.0]
    monkeypatch.setattr(demand.time, "time", lambda: times[-1])
    return times


def publish(process: Demand) -> None:
    process.publish_when_due("club", current_store)


def process_asked_for(*keys):
    process = Demand()
    for key in keys:
        process.count(key)
    return process


@pytest.mark.usefixtures("clock")
def test_the_demand_of_several_processes_adds_up():
    publish(process_asked_for((7,), (8,), (7,)))
    publish(process_asked_for((8, "b"), (7,)))
    assert most_asked("club", current_store()) == {(7,): 3, (8,): 1, (8, "b"): 1}


@pytest.mark.usefixtures("clock")
def test_what_was_published_is_not_counted_again():
    process = process_asked_for((7,))
    publish(process)
    publish(process)
    assert most_asked("club", current_store()) == {(7,): 1}


def test_it_is_forgotten_after_a_while(clock):
    publish(process_asked_for((7,)))
    clock.append(clock[0] + demand.WINDOW_S)
    publish(process_asked_for((8,)))
    assert most_asked("club", current_store()) == {(7,): 1, (8,): 1}
    clock.append(clock[0] + 2 * demand.WINDOW_S)
    assert most_asked("club", current_store()) == {(8,): 1}


@pytest.mark.usefixtures("clock")
def test_the_most_wanted_are_kept_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(demand, "MOST", 2)
    publish(process_asked_for((1,), (2,), (3,), (2,)))  # of the third it takes no note
    publish(process_asked_for((3,), (3,), (3,)))
    assert most_asked("club", current_store()) == {(3,): 3, (2,): 2}


def test_the_store_is_not_asked_each_time(monkeypatch):
    monkeypatch.setattr(demand, "PUBLISH_S", 60.0)
    publish(process_asked_for((7,)))
    assert most_asked("club", current_store()) == {}


@pytest.mark.usefixtures("clock")
def test_nonsense_in_the_store_is_nothing():
    key = demand._key("club", demand.time.time())
    for nonsense in ({"a": 1}, [[7, 1]], [["?", 1]], [["7", 1]], [["[[7]]", 1]]):
        current_store().set(key, msgspec.msgpack.encode(nonsense), 60)
        assert most_asked("club", current_store()) == {}
        current_store().set(key, b"?", 60)
        assert most_asked("club", current_store()) == {}
    publish(process_asked_for((7,)))
    assert most_asked("club", current_store()) == {(7,): 1}


@pytest.mark.usefixtures("clock")
def test_visitors_notice_nothing_while_the_store_is_away():
    class Away:
        def gets(self, key):
            raise StoreUnavailableError("memcached", "gone")

    process = process_asked_for((7,))
    process.publish_when_due("club", Away)
    process.count((8,))
    publish(process)
    assert most_asked("club", current_store()) == {(8,): 1}


@pytest.mark.usefixtures("clock")
def test_a_number_of_any_length_will_do():
    publish(process_asked_for((10**30,)))
    assert most_asked("club", current_store()) == {(10**30,): 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock")
def test_what_is_not_there_is_not_in_demand(monkeypatch):
    monkeypatch.setattr(ClubReads.wanted_html, "demand", Demand())
    club = Club.objects.create(name="Ajax")
    Club.cached.wanted_html(club.pk + 1)
    Club.cached.wanted_html(club.pk)
    assert most_asked(ClubReads.wanted_html.name, current_store()) == {(club.pk,): 1}
