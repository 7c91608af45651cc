"""Looks at pages as a web process does, and notes when it first sees a change."""

from __future__ import annotations

import time
from itertools import cycle
from typing import Any

from django.db import connection

from fantasy.models import League
from fleet.bench.probes.changes import number_in
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import BusyError, reader

PAUSE_S = 0.001  # between two looks


class Role:
    def fill(self, leagues: list[int]) -> None:
        for pk in leagues:
            League.cached.page(pk)

    def look(
        self, leagues: list[int], until: float, from_store: bool, marked: str
    ) -> dict[str, Any]:
        """What was first seen when, and how often the marked entry was built here, which is the
        refresher's work. Derived pages are built by their readers."""
        newest = dict.fromkeys(leagues, -1)
        seen: list[tuple[int, int, float]] = []
        built = 0
        for pk in cycle(leagues):
            if time.monotonic() > until:
                break
            if from_store:
                reader.memory.forget()
            with observed_reads() as reads:
                number = self._number(pk)
            built += sum(r.source is Source.BUILT and r.entry == marked for r in reads)
            if number > newest[pk]:
                newest[pk] = number
                seen.append((pk, number, time.monotonic()))
            time.sleep(PAUSE_S)
        connection.close()
        return {"seen": seen, "built": built}

    def _number(self, pk: int) -> int:
        try:
            page = League.cached.page(pk)
        except BusyError:
            return -1
        return -1 if page is None else number_in(page.league.name)
