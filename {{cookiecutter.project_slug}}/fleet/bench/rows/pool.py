"""What the connection pool costs and saves: requests with one query, all three ways in turns."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.bench.requirements import AtMost, Exactly
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

THREADS = 8  # of the probe


class Pool:
    name = "pool"
    rows = (
        Row(
            "pool_to_persistent",
            "a request with one query, pool against a persistent connection for each thread: time "
            "(1 / 0.95 of the throughput)",
            "×",
            AtMost(round(1 / 0.95, 3)),
        ),
        Row(
            "pool_to_new",
            "the same against a new connection for each request: time (1 / 1.4 of the throughput)",
            "×",
            AtMost(round(1 / 1.4, 3)),
        ),
        Row(
            "pool_saturated",
            "the same against persistent ones when all threads are busy all the time, on half as "
            "many connections",
            "×",
            AtMost(round(1 / 0.95, 3)),
        ),
        Row(
            "pool_connections",
            "connections of the pool against persistent ones, under the same load",
            "×",
            AtMost(0.5),
        ),
        Row("pool_round_trips", "round trips of a request with one query", "", Exactly(1)),
    )

    def __init__(self, world: World) -> None:
        self._requests = world.plan.pool_requests
        self._probe = world.live.probe("pool")

    def measure(self) -> Mapping[str, Measured]:
        seen = self._probe.ask("times", self._requests)
        busy = self._probe.ask("times", self._requests, THREADS)
        trips = self._probe.ask("round_trips")
        return {
            "pool_to_persistent": Measured(seen["pool to persistent"], seen),
            "pool_to_new": Measured(seen["pool to new"]),
            "pool_saturated": Measured(busy["pool to persistent"], busy),
            "pool_connections": Measured(seen["pool connections"] / seen["persistent connections"]),
            "pool_round_trips": Measured(trips["pool"], trips),
        }
