"""64 clients on one page, the moment when it has to be made anew: how often is it made?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from fleet.bench.load import RunningLoad
from fleet.bench.peers import VIEWS
from fleet.bench.processes import BenchError
from fleet.bench.requirements import Exactly, Shown
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

CLIENTS = 64
KEPT_S = 1  # by `cache_page`; and our page has another version each second
# Builds of the same expiry begin within this time.
TOGETHER_S = 0.5
OURS, THEIRS = "fantasy.League.html", "cache_page"


class Expiry:
    name = "expiry"
    rows = (
        Row(
            "rebuilds_per_expiry",
            f"{CLIENTS} clients on a league page that changes each second: times it is rendered "
            "for a change, at most",
            "",
            Exactly(1),
        ),
        Row(
            "rebuilds_per_expiry_cache_page",
            "the same with `cache_page`, when its second is over: times the view runs",
            "",
            Shown(),
        ),
    )

    def __init__(self, world: World) -> None:
        self._seconds = world.plan.expiries
        self._node, self._probe = world.node, world.match_day
        (self._league, *_) = self._probe.ask("leagues")
        page = self._probe.ask("paths")[0][0]
        past = world.node.past_the_cache
        self._ours = past(f"{VIEWS.path}{page}")
        self._theirs = past(f"{VIEWS.path}/kept-for-a-second/{self._league}/")

    def measure(self) -> Mapping[str, Measured]:
        theirs, ours = self._cache_page(), self._changes()
        expiries = bursts(theirs)
        return {
            "rebuilds_per_expiry": Measured(
                max(ours), {"changes": len(ours), "rendered": sum(ours), "fewest": min(ours)}
            ),
            "rebuilds_per_expiry_cache_page": Measured(
                len(theirs) / expiries, {"expiries": expiries, "runs": len(theirs)}
            ),
        }

    def _changes(self) -> list[int]:
        """How often our page was rendered for each change. BenchError when it was not at all."""
        with RunningLoad(self._ours, self._seconds + 2, CLIENTS) as running:
            time.sleep(KEPT_S)
            self._builds(OURS)
            found = []
            for _ in range(self._seconds):
                self._probe.ask("rename", self._league)
                time.sleep(KEPT_S)
                found.append(len(self._builds(OURS)))
            running.result()
        if not all(found):
            raise BenchError(f"A change was not rendered within {KEPT_S:g} s: {found}")
        return found

    def _cache_page(self) -> list[float]:
        """When the view behind `cache_page` has run, but for the first times."""
        with RunningLoad(self._theirs, self._seconds + 2, CLIENTS) as running:
            time.sleep(1.5 * KEPT_S)
            self._builds(THEIRS)
            running.result()
        return self._builds(THEIRS)

    def _builds(self, name: str) -> list[float]:
        """When something was built since the last time that somebody asked."""
        return self._node.builds_since_last(name)


def bursts(times: Sequence[float]) -> int:
    """How many groups these are, each of which begins and ends within TOGETHER_S."""
    count, began = 0, float("-inf")
    for moment in sorted(times):
        if moment - began > TOGETHER_S:
            count, began = count + 1, moment
    return count
