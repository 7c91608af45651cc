"""What a refresher costs that has nothing to do."""

from __future__ import annotations

import time
from collections.abc import Mapping

from fleet.bench.requirements import AtMost
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

SETTLE_S = 1.0
TICK_S = 0.1  # as the refresher
SLEEPER = "an empty process that wakes as often %"
LIMIT = (
    "Ten times a second it wakes and looks for marks, once for its lease and its pinned keys: some "
    "thousand calls of Python functions in all. After each sleep the processor has forgotten them. "
    "On one and the same virtual machine that took 0.6 % on one day and 3 to 9 % on another, when "
    "a loop that takes 0.3 ms at once took 1.1 ms after a sleep of 0.1 s. To wake four times a "
    "second in place of ten was tried then: each time took as much longer. What an empty process "
    "takes that wakes as often is in the table."
)


class Idle:
    name = "idle"
    rows = (
        Row(
            "idle_refresher",
            "an idle refresher on MariaDB and memcached, of one core",
            "%",
            AtMost(1),
            limit=LIMIT,
        ),
        Row(
            "idle_refresher_embedded",
            "the same on SQLite, of one core",
            "%",
            AtMost(1),
            limit=LIMIT,
        ),
    )

    def __init__(self, world: World) -> None:
        self._seconds = world.plan.idle_s
        self._refreshers = {
            "idle_refresher": world.live.refresher,
            "idle_refresher_embedded": world.embedded.refresher,
        }
        self._sleeper = world.live.sleeper(TICK_S)

    def measure(self) -> Mapping[str, Measured]:
        """All in the same seconds: each process is asked for its own processor time."""
        time.sleep(SETTLE_S)
        processes = {**self._refreshers, SLEEPER: self._sleeper}
        before = {key: process.cpu_s() for key, process in processes.items()}
        started = time.monotonic()
        time.sleep(self._seconds)
        elapsed = time.monotonic() - started
        used = {
            key: 100 * (process.cpu_s() - before[key]) / elapsed
            for key, process in processes.items()
        }
        return {key: Measured(used[key], {SLEEPER: used[SLEEPER]}) for key in self._refreshers}
