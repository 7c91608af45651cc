"""Handling marks in turns, so that no entry waits behind another one.

At kickoff line-ups are carried over, which marks tens of thousands of keys of one entry; the goal
in the first minute must be seen all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from math import inf
from typing import Protocol

from kickoff.caching.marks import MarkQueue
from kickoff.caching.models import Mark

BATCH = 500  # marks that are read at once
TURN_S = 0.1  # after which another entry has its turn


class Handler(Protocol):
    """Brings the keys of marks up to date."""

    def handle(self, entry: str, arguments: str, in_slots: Collection[str]) -> bool:
        """False when the marks of this key must stay. `in_slots` are the fingerprints of values
        that lie in slots of the entry."""


class Turns:
    """Goes through the marks that wait, entry by entry and again and again."""

    def __init__(self, queue: MarkQueue, handler: Handler) -> None:
        self._queue = queue
        self._handler = handler
        self._seen_up_to: dict[str, int] = {}  # by entry the id of a mark

    def take(self, may_go_on: Callable[[], bool], for_s: float = inf) -> bool:
        """Handles marks until no entry gets any further or the time is over; whether any was."""
        until = time.monotonic() + for_s
        any_handled = False
        at_end: set[str] = set()  # and nothing was handled since
        while time.monotonic() < until:
            waiting = [name for name in self._queue.entries() if name not in at_end]
            if not waiting:
                break
            for name in waiting:
                if not may_go_on():
                    return any_handled
                if self._take_one(name, may_go_on):
                    any_handled = True
                    at_end.clear()
                elif name not in self._seen_up_to:
                    at_end.add(name)
        return any_handled

    def _take_one(self, entry: str, may_go_on: Callable[[], bool]) -> bool:
        """Rebuilds keys, and only then deletes their marks; whether any was handled.

        After the last mark it begins with the first one again: a transaction that began earlier
        may have committed later.
        """
        began = time.monotonic()
        marks = self._queue.after(entry, self._seen_up_to.get(entry, 0), BATCH)
        in_slots = self._queue.fingerprints(entry) if marks else ()
        handled: list[int] = []
        is_cut_off = len(marks) == BATCH
        for arguments, ids in _by_arguments(marks):
            if not may_go_on() or time.monotonic() - began > TURN_S:
                is_cut_off = True
                break
            if self._handler.handle(entry, arguments, in_slots):
                handled += ids
            self._seen_up_to[entry] = ids[0]
        if handled:
            self._queue.delete(handled)
        if not is_cut_off:
            self._seen_up_to.pop(entry, None)
        return bool(handled)


def _by_arguments(marks: Iterable[Mark]) -> Iterable[tuple[str, list[int]]]:
    """The ids of the marks of each key, in the order in which the keys were marked."""
    keys: dict[str, list[int]] = {}
    for mark in marks:
        keys.setdefault(mark.arguments, []).append(mark.pk)
    return keys.items()
