"""What a daemon process of the site takes, and whether it grows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from fleet.bench.load import load
from fleet.bench.processes import BenchError
from fleet.bench.requirements import AtMost, Shown
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

CLIENTS = 16
SLICE_S = 2
# In each round, so that a process remembers as much as it may before its growth is measured: also
# what it has made anew itself after the goals and the saved line-ups of the other rows.
WARM_SHARE, WARM_AT_LEAST = 0.1, 3_000
MB = 1024.0


class Memory:
    """Only the last round tells anything."""

    name = "memory"

    def __init__(self, world: World) -> None:
        self._requests = world.plan.growth_requests
        self._warm_up = max(int(self._requests * WARM_SHARE), WARM_AT_LEAST)
        self._rounds_left = world.plan.rounds
        self._node = world.node
        pages = [path for paths in world.match_day.ask("paths") for path in paths]
        visitor = world.match_day.ask("signed_in")
        others = [visitor["menu"], visitor["teams"]] * (len(pages) // 8)
        self._pages = world.node.past_the_cache(*pages, *others, headers=visitor["headers"])

    @property
    def rows(self) -> list[Row]:
        what = f"the same: growth over {self._requests:,} requests, public and signed in"
        return [
            Row("memory", "memory of a daemon process of the site, the largest", "MB", Shown()),
            Row("memory_growth", what, "%", AtMost(2)),
        ]

    def measure(self) -> Mapping[str, Measured]:
        self._ask_for(self._warm_up)
        self._rounds_left -= 1
        if self._rounds_left:
            return {}
        before_kb = self._sizes_kb()
        self._ask_for(self._requests)
        after_kb = self._sizes_kb()
        if after_kb.keys() != before_kb.keys():
            raise BenchError(
                "A daemon process has ended meanwhile.\n" + self._node.web.log()[-2000:]
            )
        growth = [100 * (after_kb[pid] / kb - 1) for pid, kb in before_kb.items()]
        sizes = {f"process {n} MB": kb / MB for n, kb in enumerate(after_kb.values(), start=1)}
        before = {"before MB": max(before_kb.values()) / MB}
        return {
            "memory": Measured(max(after_kb.values()) / MB, sizes),
            "memory_growth": Measured(max(growth), before),
        }

    def _ask_for(self, requests: int) -> None:
        while requests > 0:
            requests -= load(self._pages, SLICE_S, CLIENTS).requests

    def _sizes_kb(self) -> dict[int, int]:
        return {pid: resident_kb(pid) for pid in self._node.site_pids}


def resident_kb(pid: int) -> int:
    """As `ps -o rss` has it."""
    (found,) = re.findall(r"(?m)^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text())
    return int(found)
