"""An hour of a match day through one refresher, at high speed: `python -m …hammer.hour`.

Prints as JSON how many blocks of memory are allocated after each five minutes.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterable
from itertools import count
from types import SimpleNamespace

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from kickoff.caching import delays, refresher  # noqa: E402
from kickoff.caching.entries import CachedManager, Entry  # noqa: E402
from kickoff.caching.keys import Arguments  # noqa: E402
from kickoff.caching.leadership import Leadership  # noqa: E402
from kickoff.caching.marks import mark  # noqa: E402
from kickoff.caching.models import Mark  # noqa: E402
from kickoff.caching.refresher import Refresher, Shard  # noqa: E402
from kickoff.caching.tests.app.entries import ClubReads  # noqa: E402
from kickoff.caching.tests.app.models import Club, Member  # noqa: E402

PARTS, PART_S = 12, 300.0
# The sample's replay of a round makes 2,734 marks on 83 keys in 379 s, at its default speed of 60
# times real time: 26,000 marks an hour, 2,160 in five minutes.
KEYS, MARKS = 83, 2_160
NEW_KEYS = 100  # of these marks, and of each kind below: things that nobody had heard of before


class Fragile:
    """A builder that fails while it is told to."""

    fails = False

    def build(self, number: int) -> int:
        if self.fails:
            raise ZeroDivisionError
        return number


def build_timed(number: int) -> int:
    return number


fragile = Fragile()
timed_keys: list[Arguments] = []


class MemberReads(CachedManager, model=Member):
    fragile = Entry(fragile.build, stale_when={})
    timed = Entry(build_timed, stale_when={}, keys=lambda: timed_keys, every_s=60.0)


class Hour:
    def __init__(self) -> None:
        self._refresher = Refresher(Shard(), Leadership("1/1"))
        self._passed_s = 0.0
        self._numbers = count(1_000_000)
        clock = SimpleNamespace(monotonic=lambda: time.monotonic() + self._passed_s)
        for module in (refresher, delays):
            setattr(module, "time", clock)  # noqa: B010 (the clock of these modules only)

    def five_minutes(self) -> int:
        """The blocks that are allocated after them."""
        known = list(range(1, KEYS + 1))
        self._refresh_marks(ClubReads.page.name, known * ((MARKS - NEW_KEYS) // KEYS))
        self._refresh_marks(ClubReads.page.name, self._new())
        self._refresh_on_time()
        self._fail(handled_by_another=False)
        self._fail(handled_by_another=True)
        gc.collect()
        return sys.getallocatedblocks()

    def _refresh_marks(self, entry: str, numbers: Iterable[int]) -> None:
        mark(entry, [(number,) for number in numbers])
        self._step()
        assert not Mark.objects.exists()

    def _refresh_on_time(self) -> None:
        """Today's keys; tomorrow's are others."""
        timed_keys[:] = [(number,) for number in self._new()]
        for (number,) in timed_keys:
            MemberReads.timed.read(number)
        self._step()
        self._step()

    def _fail(self, handled_by_another: bool) -> None:
        numbers = self._new()
        for number in numbers:
            MemberReads.fragile.read(number)
        mark(MemberReads.fragile.name, [(number,) for number in numbers])
        fragile.fails = True
        self._step()
        assert Mark.objects.count() == NEW_KEYS
        fragile.fails = False
        if handled_by_another:
            Mark.objects.all().delete()
        self._step()
        assert not Mark.objects.exists()

    def _new(self) -> list[int]:
        return [next(self._numbers) for _ in range(NEW_KEYS)]

    def _step(self) -> None:
        """And a while later, so that what was delayed is due."""
        while self._refresher.step():
            pass
        self._passed_s += PART_S / 8


def main() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    Club.objects.bulk_create(Club(pk=pk, name=f"Club {pk}") for pk in range(1, KEYS + 1))
    for pk in range(1, KEYS + 1):
        Club.cached.page(pk)
    Mark.objects.all().delete()
    hour = Hour()
    sys.stdout.write(json.dumps([hour.five_minutes() for _ in range(PARTS)]))


if __name__ == "__main__":
    main()
