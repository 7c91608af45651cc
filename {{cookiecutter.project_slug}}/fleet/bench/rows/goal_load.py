"""How long visitors wait while a goal changes the pages that they ask for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from fleet.bench.load import Load, RunningLoad
from fleet.bench.profiling import profiled
from fleet.bench.requirements import AtMost
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

# People look at a page for a while: 200 of them who ask once a second are 200 requests/s. A node
# sees the connections of its load balancer, and no more of them than it has threads for: what waits
# in front of Apache is not measured, and would burst upon it when the others are gone.
VISITORS, CONNECTIONS, PAUSE_MS = 200, 20, 100
BEFORE_S = 0.5  # the load runs by then
WARM_UP_S = 1
LIMIT = (
    "After the goal each of these pages is another one, and is made anew: 1.4 to 2 ms of a "
    "processor for the refresher, which makes the most wanted ones first, and 2 to 3 ms for a "
    "visitor. For so long, CACHING_AHEAD_S at most, visitors get the page of before. What the "
    "refresher has not reached by then their first visitors make: those are the slowest. And while "
    "it works it has one of the two cores that here all share. When visitors made all these pages, "
    "2.6 × was measured; with the page of before for as long as it takes, 1.2 ×, but then a goal "
    "is not seen within 2 s."
)


class GoalLoad:
    name = "goal_load"

    def __init__(self, world: World) -> None:
        self._seconds = world.plan.goal_load_s
        self._probe = world.match_day
        self._node = world.node
        self._pages = world.node.in_front(*(paths[0] for paths in self._probe.ask("paths")))

    @property
    def rows(self) -> list[Row]:
        what = (
            f"{VISITORS} visitors a second, over {CONNECTIONS} connections as a load balancer "
            f"keeps them, on {len(self._pages.paths):,} league pages, "
            f"cache in front, {self._seconds} s with a goal that changes all of them: p99 against "
            "that at rest"
        )
        return [Row("goal_p99", what, "×", AtMost(1.5), limit=LIMIT, profile=self._profile)]

    def measure(self) -> Mapping[str, Measured]:
        for path in self._pages.paths:  # The goal before has changed them all.
            self._node.page(path)
        self._load(WARM_UP_S)
        rest, goal = self._load(self._seconds), self._load(self._seconds, goal=True)
        parts = {
            "at rest ms": rest.p99_ms,
            "with a goal ms": goal.p99_ms,
            "median at rest ms": rest.p50_ms,
            "median with a goal ms": goal.p50_ms,
            "with a goal requests/s": goal.per_s,
        }
        return {"goal_p99": Measured(goal.p99_ms / rest.p99_ms, parts)}

    def _profile(self) -> str:
        """From a goal on."""
        pid, goal = self._node.site_pids[0], partial(self._probe.ask, "goal")
        return profiled(pid, self._pages, CONNECTIONS, PAUSE_MS, goal)

    def _load(self, seconds: int, *, goal: bool = False) -> Load:
        with RunningLoad(self._pages, seconds, CONNECTIONS, pause_ms=PAUSE_MS) as running:
            if goal:
                time.sleep(BEFORE_S)
                self._probe.ask("goal")
            return running.result()
