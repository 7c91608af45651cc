"""Many clients ask at once for a page that is not there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping

from fleet.bench.requirements import Exactly
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

PROCESSES, THREADS = 4, 16
GET_READY_S = 0.5


class ColdStart:
    name = "cold_start"
    rows = (
        Row(
            "cold_start_builds",
            f"{PROCESSES * THREADS} clients ask for an absent league page: builds of each key",
            "",
            Exactly(1),
        ),
    )

    def __init__(self, world: World) -> None:
        self._site = world.cold
        self._clients = world.cold.probes("cold_clients", PROCESSES)

    def measure(self) -> Mapping[str, Measured]:
        assert self._site.store is not None
        self._site.store.flush()
        at = time.monotonic() + GET_READY_S
        for client in self._clients:
            client.tell("read_at", THREADS, at)
        answers = [answer for client in self._clients for answer in client.answer()]
        builds = Counter(key for answer in answers for key in answer["built"])
        parts = {
            "keys": len(builds),
            "busy": sum(answer["busy"] for answer in answers),
            "last answer ms": 1000 * max(answer["at"] - at for answer in answers),
        }
        return {"cold_start_builds": Measured(max(builds.values()), parts)}
