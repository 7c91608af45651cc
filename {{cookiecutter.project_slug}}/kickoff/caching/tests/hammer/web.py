"""A web process: threads that read entries, and note what they see."""

from __future__ import annotations

import random
import time
import traceback
from dataclasses import asdict, dataclass, field
from threading import Barrier, Event, Lock, Thread, local
from typing import Any

from django.db import connection

from kickoff.caching import reading, slots
from kickoff.caching.reading import BusyError
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.tests.app.models import Club
from kickoff.caching.tests.hammer.writing import WINDOW, number_in

PAUSE_S = 0.01  # between two reads of a thread


def number_of(pk: int) -> int:
    page = Club.cached.page(pk)
    assert page is not None
    return number_in(page.name)


@dataclass
class Notes:
    """`seen` are [club, number, when a thread of this process first saw it].

    `backward` are values older than one that the same thread had seen before. A value that a reader
    built and could not store is no such "before": the slot was taken away from that reader, and
    until the mark of the change is handled it may hold an older value than the reader's own.
    """

    reads: int = 0
    busy: int = 0
    unstored: int = 0
    seen: list[Any] = field(default_factory=list)
    backward: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Web:
    def __init__(self) -> None:
        self._notes = Notes()
        self._lock = Lock()
        self._newest: dict[int, int] = {}
        self._changed_last = 1
        self._stopping = Event()
        self._threads: list[Thread] = []
        self._this_read = local()
        self._tell_unstored()

    def start(self, threads: int, clubs: int) -> None:
        self._threads = [Thread(target=self._read, args=(clubs,)) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> dict[str, Any]:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        return asdict(self._notes)

    def numbers(self, clubs: int) -> dict[int, int]:
        """What a visitor sees now."""
        return {pk: number_of(pk) for pk in range(1, clubs + 1)}

    def read_at_once(self, threads: int, club: int, at: float) -> list[int | str]:
        """All threads read the same page at the same moment; returns the number each got, or the
        error."""
        answers: list[int | str] = []
        barrier = Barrier(threads)

        def read() -> None:
            barrier.wait()
            time.sleep(max(0.0, at - time.monotonic()))
            try:
                answers.append(number_of(club))
            except Exception as error:
                answers.append(repr(error))
            connection.close()

        started = [Thread(target=read) for _ in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
        return answers

    def _read(self, clubs: int) -> None:
        before = dict.fromkeys(range(1, clubs + 1), 0)
        while not self._stopping.is_set():
            self._read_one(self._choose(clubs), before)
            time.sleep(PAUSE_S)
        connection.close()

    def _choose(self, clubs: int) -> int:
        """Most look at what changes now, some at anything."""
        if random.random() < 0.2:
            return random.randint(1, clubs)
        near = self._changed_last + random.randint(-WINDOW, WINDOW)
        return min(max(near, 1), clubs)

    def _read_one(self, pk: int, before: dict[int, int]) -> None:
        self._this_read.is_unstored = False
        try:
            number = number_of(pk)
        except BusyError:
            self._notes.busy += 1
            return
        except Exception:
            self._notes.errors.append(traceback.format_exc())
            return
        with self._lock:
            self._notes.reads += 1
            if number > self._newest.get(pk, 0):
                self._newest[pk] = number
                self._changed_last = pk
                self._notes.seen.append((pk, number, time.monotonic()))
        if number < before[pk]:
            self._notes.backward.append((pk, before[pk], number, time.monotonic()))
        if self._this_read.is_unstored:
            self._notes.unstored += 1
        else:
            before[pk] = number

    def _tell_unstored(self) -> None:
        fill = slots.fill

        def told(*arguments: Any) -> Any:
            try:
                value, data = fill(*arguments)
            except StoreUnavailableError:
                self._this_read.is_unstored = True
                raise
            self._this_read.is_unstored = data is None
            return value, data

        setattr(reading, "fill", told)  # noqa: B010 (the module imports it for itself only)
