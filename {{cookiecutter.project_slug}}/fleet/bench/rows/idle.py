"""What a refresher costs that has nothing to do."""

from __future__ import annotations

import time
from collections.abc import Mapping

from fleet.bench.requirements import AtMost
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

SETTLE_S = 1.0
LIMIT = (
    "Ten times a second it wakes for less than a millisecond of work. On a machine that others "
    "share it finds the caches of the processor cold each time: on one and the same virtual "
    "machine the same code was seen to take 0.6 % on one day and 6 to 9 % on another."
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

    def measure(self) -> Mapping[str, Measured]:
        """Both in the same seconds: each process is asked for its own processor time."""
        time.sleep(SETTLE_S)
        before = {key: process.cpu_s() for key, process in self._refreshers.items()}
        started = time.monotonic()
        time.sleep(self._seconds)
        elapsed = time.monotonic() - started
        return {
            key: Measured(100 * (process.cpu_s() - before[key]) / elapsed)
            for key, process in self._refreshers.items()
        }
