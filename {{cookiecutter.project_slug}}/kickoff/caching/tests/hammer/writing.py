"""The one who changes: the name of club 7 is `7:1`, `7:2`, `7:3`, … one after the other."""

from __future__ import annotations

import random
import time
from typing import Any

from django.core.management import call_command

from kickoff.caching.models import Mark
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import Filled, look
from kickoff.caching.tests.app.entries import ClubReads
from kickoff.caching.tests.app.models import Club

CHANGES_PER_S = 50
WINDOW = 10  # clubs that change at a time
EVICTED_SHARE, EVICTED_BEFORE_S = 0.6, 0.04


def number_in(name: str) -> int:
    return int(name.partition(":")[2])


class Writing:
    """`changes` are [club, number, when it was committed], in monotonic seconds."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def prepare(self, clubs: int) -> None:
        call_command("migrate", run_syncdb=True, verbosity=0)
        Club.objects.bulk_create(Club(pk=pk, name=f"{pk}:0") for pk in range(1, clubs + 1))
        self._numbers = dict.fromkeys(range(1, clubs + 1), 0)

    def fill(self) -> None:
        for pk in self._numbers:
            Club.cached.page(pk)
        Club.cached.index()

    def change_one_by_one(self, for_s: float) -> list[Any]:
        """Each change waits until the one before was handled."""
        changes = []
        end_at = time.monotonic() + for_s
        while time.monotonic() < end_at:
            changes.append(self._change(random.randint(1, WINDOW)))
            self.seconds_until_no_marks(10)
        return changes

    def change_fast(self, for_s: float) -> list[Any]:
        """Moves on through the clubs, so that each has its last change at another moment: a change
        that is lost is not healed by a later one."""
        started_at = time.monotonic()
        changes = []
        while (elapsed := time.monotonic() - started_at) < for_s:
            first = int(elapsed / for_s * (len(self._numbers) - WINDOW))
            pk = first + random.randint(1, WINDOW)
            if random.random() < EVICTED_SHARE:
                self._evict(pk)
            changes.append(self._change(pk))
            due_at = started_at + len(changes) / CHANGES_PER_S
            time.sleep(max(0.0, due_at - time.monotonic()))
        return changes

    def seconds_until_no_marks(self, limit_s: float) -> float:
        started_at = time.monotonic()
        while Mark.objects.exists():
            if time.monotonic() > started_at + limit_s:
                raise AssertionError(f"{Mark.objects.count()} marks are left after {limit_s} s.")
            time.sleep(0.005)
        return time.monotonic() - started_at

    def numbers(self) -> dict[int, int]:
        """The numbers in the database, by club."""
        return {pk: number_in(name) for pk, name in Club.objects.values_list("pk", "name")}

    def numbers_in_slots(self) -> dict[int, int]:
        """The numbers in the slots that are filled, by club."""
        page = vars(ClubReads)["page"]
        found = {pk: look(current_store(), page.key((pk,))) for pk in self._numbers}
        return {
            pk: number_in(page.decode(content.envelope.payload).name)
            for pk, content in found.items()
            if isinstance(content, Filled)
        }

    def _evict(self, pk: int) -> None:
        """The store had no room, just before the change: a reader is building when it comes."""
        current_store().delete(vars(ClubReads)["page"].key((pk,)))
        time.sleep(random.uniform(0, EVICTED_BEFORE_S))

    def _change(self, pk: int) -> tuple[int, int, float]:
        self._numbers[pk] += 1
        name = f"{pk}:{self._numbers[pk]}"
        if random.random() < 0.5:
            Club.objects.filter(pk=pk).update(name=name)
        else:
            club = Club.objects.get(pk=pk)
            club.name = name
            club.save()
        return pk, self._numbers[pk], time.monotonic()
