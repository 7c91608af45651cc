"""From a commit to the reader: changes at a steady rate, and processes that look for them."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

from fleet.bench.requirements import AtMost, Exactly
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured, percentile
from fleet.bench.world import World

CHANGES_PER_S = 50
# Every fifth league is looked at: so each look comes a few hundredths of a second after the last.
LOOKED_AT = 5
LOOK_LONGER_S = 3.0
ROSTER = "fantasy.League.roster"  # what a change marks

Change = tuple[int, int, float]  # league, number, when it was committed or first seen


class Visible:
    name = "visible"
    rows = (
        Row(
            "visible_in_store_p99",
            f"{CHANGES_PER_S} changes/s, from the commit to a reader of the store, p99",
            "s",
            AtMost(0.5),
        ),
        Row(
            "visible_in_web_p99",
            "the same to a web process with its process memory, p99",
            "s",
            AtMost(0.5),
        ),
        Row("rebuilds_per_change", "rebuilds per change, readers included", "", Exactly(1)),
    )

    def __init__(self, world: World) -> None:
        self._seconds = world.plan.change_s
        self._site = world.live
        self._writer = world.live.probe("changes")
        self._web, self._store = world.live.probes("looking", 2)
        self._leagues: list[int] = self._writer.ask("leagues")
        self._store.ask("fill", self._leagues)

    def measure(self) -> Mapping[str, Measured]:
        self._writer.ask("settle")
        before = self._site.builds_by_refresher(ROSTER)
        until = time.monotonic() + self._seconds + LOOK_LONGER_S
        watched = self._leagues[::LOOKED_AT]
        self._web.tell("look", watched, until, False, ROSTER)
        self._store.tell("look", watched, until, True, ROSTER)
        changes = self._writer.ask("change", CHANGES_PER_S, self._seconds)
        web, store = self._web.answer(), self._store.answer()
        self._writer.ask("settle")
        rebuilds = self._site.builds_by_refresher(ROSTER) - before
        built = web["built"] + store["built"]
        looked_at = [change for change in changes if change[0] in watched]
        parts = {"changes": len(changes), "by the refresher": rebuilds, "by readers": built}
        return {
            "visible_in_store_p99": _waits(looked_at, store["seen"], until),
            "visible_in_web_p99": _waits(looked_at, web["seen"], until),
            "rebuilds_per_change": Measured((rebuilds + built) / len(changes), parts),
        }


def _waits(changes: Sequence[Change], seen: Sequence[Change], until: float) -> Measured:
    waits = waits_s(changes, seen, until)
    return Measured(percentile(waits, 0.99), {"p50 s": percentile(waits, 0.5)})


def waits_s(changes: Sequence[Change], seen: Sequence[Change], until: float) -> list[float]:
    """How long each change was not seen.

    Whoever sees a later change of a league has seen this one. What was never seen has waited
    `until` the end.
    """
    by_league: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for league, number, at in seen:
        by_league[league].append((number, at))
    waits = []
    for league, number, committed_at in changes:
        looks = by_league[league]
        index = bisect_left(looks, (number, 0.0))
        waits.append((looks[index][1] if index < len(looks) else until) - committed_at)
    return waits
