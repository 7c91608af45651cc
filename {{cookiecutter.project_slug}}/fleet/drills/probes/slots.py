"""Looks at the slots of the live matches all the time: no value may be followed by an older."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

from fantasy.entries.match import MatchReads
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import Filled, look
from kickoff.caching.stores.base import StoreUnavailableError

PAUSE_S = 0.02  # between two looks


class Role:
    def __init__(self) -> None:
        self._newest: dict[int, tuple[int, int]] = {}
        self._backward: list[str] = []
        self._looks = 0

    def watch(self, matches: list[int]) -> None:
        """Begins; it goes on until the process ends."""
        Thread(target=self._watch, args=(matches,), daemon=True).start()

    def seen(self) -> dict[str, Any]:
        """How many values there were since the last question, and each one that was too old."""
        looks, self._looks = self._looks, 0
        backward, self._backward = self._backward, []
        return {"looks": looks, "backward": backward}

    def _watch(self, matches: list[int]) -> None:
        while True:
            for pk in matches:
                self._look(pk)
            time.sleep(PAUSE_S)

    def _look(self, pk: int) -> None:
        entry = MatchReads.report
        try:
            found = look(current_store(), entry.key((pk,)))
        except StoreUnavailableError:
            return
        if not isinstance(found, Filled):
            return  # absent, or somebody builds it
        report = entry.decode(found.envelope.payload)
        if report is None:
            return
        self._looks += 1
        now = (report.minute, report.home_goals + report.away_goals)
        before = self._newest.get(pk, now)
        if now[0] < before[0] or now[1] < before[1]:
            self._backward.append(f"slot of match {pk}: {now} after {before}")
        self._newest[pk] = max(now, before)
