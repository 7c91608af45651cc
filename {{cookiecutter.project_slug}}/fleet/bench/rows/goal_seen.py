"""From a goal to the page, with the cache in front: on a page of every league."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from itertools import cycle, islice

from fleet.bench.load import load
from fleet.bench.processes import BenchError
from fleet.bench.requirements import AtMost
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured, percentile
from fleet.bench.world import World

# Before each goal all league pages are asked for, again and again: so the refresher has them all to
# make, and the pages that are looked at are the last ones.
WANTED_S, CLIENTS = 4, 4
FORGET_S = 1.5  # then nothing in front is from before: 1 s of Apache's, 0.2 s of the process
LOOK_S = 5.0
LATEST_GOAL_S = 1.0  # so that goals fall into every part of the second that Apache keeps a page


class GoalSeen:
    name = "goal_seen"
    rows = (
        Row(
            "goal_seen_p99",
            "from the commit of a goal to the visitor, cache in front, on a page of every league, "
            "while all league pages are in demand, p99",
            "s",
            AtMost(2),
        ),
    )

    def __init__(self, world: World) -> None:
        plan = world.plan
        self._goals = plan.goals_watched
        self._pages_per_goal = -(-plan.node_leagues // (plan.rounds * plan.goals_watched))
        self._probe, self._watcher = world.match_day, world.beside_node.probe("watching")
        self._random = random.Random(1)
        self._paths = self._one_of_each_league()
        leagues = [paths[0] for paths in self._probe.ask("paths")]
        self._wanted = world.node.past_the_cache(*leagues)
        target = world.node.in_front()
        self._watcher.ask("ask_at", target.address, target.port, target.host)

    def measure(self) -> Mapping[str, Measured]:
        waits: list[float] = []
        for _ in range(self._goals):
            waits += self._waits(list(islice(self._paths, self._pages_per_goal)))
        parts = {"p50 s": percentile(waits, 0.5), "longest s": max(waits), "pages": len(waits)}
        return {"goal_seen_p99": Measured(percentile(waits, 0.99), parts)}

    def _waits(self, paths: list[str]) -> list[float]:
        load(self._wanted, WANTED_S, CLIENTS)
        self._probe.ask("settle")
        time.sleep(FORGET_S)
        self._watcher.ask("learn", paths)
        until = time.monotonic() + LATEST_GOAL_S + LOOK_S
        self._watcher.tell("watch", until)
        time.sleep(self._random.uniform(0, LATEST_GOAL_S))
        shot_at = self._probe.ask("goal")
        seen = self._watcher.answer()
        if min(seen.values(), default=until) < shot_at:
            raise BenchError("A page has changed before the goal was shot.")
        return [seen.get(path, until) - shot_at for path in paths]

    def _one_of_each_league(self) -> Iterator[str]:
        """League by league, and round again: one of its pages."""
        return cycle(self._random.choice(paths) for paths in self._probe.ask("paths"))
