"""Waiting in line: in order, for a bounded time, and nothing that was handed is lost."""

from __future__ import annotations

import threading

from kickoff.dbpool.line import Line


def test_the_first_that_came_is_served_first():
    line = Line()
    first, second = line.join(), line.join()
    assert line.hand("a")
    assert line.hand("b")
    assert not line.hand("c")
    assert first.wait(1)
    assert second.wait(1)
    assert (first.item, second.item) == ("a", "b")


def test_who_left_is_not_served():
    line = Line()
    first, second = line.join(), line.join()
    assert not first.wait(0.01)
    line.leave(first)
    assert line.hand("a")
    assert (first.item, second.item) == (None, "a")


def test_who_leaves_while_something_is_handed_has_it():
    line = Line()
    waiter = line.join()
    line.hand("a")
    line.leave(waiter)
    assert waiter.item == "a"


def test_many_threads_lose_nothing():
    line = Line()
    taken = []

    def wait():
        waiter = line.join()
        assert waiter.wait(10)
        taken.append(waiter.item)

    threads = [threading.Thread(target=wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    for number in range(20):
        while not line.hand(number):
            pass
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(20))
