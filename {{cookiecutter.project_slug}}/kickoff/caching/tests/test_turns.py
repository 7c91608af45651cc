"""No entry waits behind the marks of another one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kickoff.caching import turns
from kickoff.caching.marks import MarkQueue, mark
from kickoff.caching.models import Mark
from kickoff.caching.turns import Turns

pytestmark = pytest.mark.django_db(transaction=True)


KEYS_IN_A_TURN = 4  # 0.1 s of 0.03 s each, and the one that ends it


class Handler:
    """Takes 0.03 s of the clock for each key, and refuses those in `refused`."""

    def __init__(self, clock):
        self.clock = clock
        self.handled = []
        self.refused = set()

    def handle(self, entry, arguments, in_slots):
        self.clock.now += 0.03
        self.handled.append((entry, arguments))
        return (entry, arguments) not in self.refused


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(turns, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.fixture
def handler(clock):
    return Handler(clock)


@pytest.fixture
def taken(handler):
    return Turns(MarkQueue(), handler)


def go_on():
    return True


def test_a_single_mark_is_handled_after_one_turn_of_an_entry_with_very_many(handler, taken):
    mark("a.many", [(number,) for number in range(200)])
    mark("b.goal", [(1,)])
    taken.take(go_on)
    assert handler.handled.index(("b.goal", "[1]")) == KEYS_IN_A_TURN
    assert len(handler.handled) == 201
    assert not Mark.objects.exists()


def test_a_mark_that_comes_meanwhile_waits_for_two_turns_at_most(handler, taken):
    mark("a.many", [(number,) for number in range(100)])
    original = handler.handle

    def goal_in_the_first_minute(entry, arguments, in_slots):
        if len(handler.handled) == 20:
            mark("b.goal", [(1,)])
        return original(entry, arguments, in_slots)

    handler.handle = goal_in_the_first_minute
    taken.take(go_on)
    assert handler.handled.index(("b.goal", "[1]")) <= 20 + 2 * KEYS_IN_A_TURN


def test_many_marks_of_one_key_are_handled_once(handler, taken):
    mark("a.page", [(1,)] * 4)
    taken.take(go_on)
    assert handler.handled == [("a.page", "[1]")]


def test_it_ends_after_its_time_and_goes_on_where_it_stopped(handler, taken):
    mark("a.many", [(number,) for number in range(50)])
    assert taken.take(go_on, for_s=0.5)
    done = len(handler.handled)
    assert done < 50
    taken.take(go_on)
    assert len(handler.handled) == 50


def test_marks_that_nobody_can_handle_stop_neither_the_others_nor_the_end(
    handler, taken, monkeypatch
):
    monkeypatch.setattr(turns, "BATCH", 10)
    keys = [(number,) for number in range(35)]
    mark("a.broken", keys)
    mark("b.broken", keys)
    handler.refused = {(name, f"[{n}]") for name in ("a.broken", "b.broken") for n in range(34)}
    taken.take(go_on)
    assert Mark.objects.count() == 68
    assert not Mark.objects.filter(arguments="[34]").exists()


def test_a_mark_with_a_smaller_id_that_is_committed_later_is_not_forgotten(handler, taken):
    mark("a.page", [(1,), (2,)])
    late = Mark.objects.get(arguments="[1]")
    Mark.objects.filter(pk=late.pk).delete()
    taken.take(go_on)
    late.save(force_insert=True)
    taken.take(go_on)
    assert not Mark.objects.exists()


def test_it_stops_between_two_keys(handler, taken):
    mark("a.many", [(number,) for number in range(9)])
    taken.take(lambda: len(handler.handled) < 2)
    assert len(handler.handled) == 2
    assert Mark.objects.count() == 7
