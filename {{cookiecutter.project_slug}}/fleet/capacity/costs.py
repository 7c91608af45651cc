"""What one request costs: its response time with one client, and the processor time of each part.

The utilisation law read backwards: a part that was busy for B seconds while C requests were
answered takes D = B / C for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fleet.capacity.load import Request
from fleet.capacity.sampling import quiet_sample
from fleet.capacity.world import World
from kickoff.tuning.capacity.times import Cost

SECONDS = 3


@dataclass(frozen=True)
class MeasuredCost:
    cost: Cost
    client_cpu_ms: float  # of the load generator, which shares this machine

    @property
    def cpu_ms(self) -> float:
        """Of all processes together."""
        return sum(self.cost.cpu_ms.values()) + self.client_cpu_ms


def measure_cost(world: World, requests: Sequence[Request], host: str) -> MeasuredCost:
    """With one client, so that nothing waits."""
    sample = quiet_sample(world, requests, host, clients=1, seconds=SECONDS)
    answers = sample.answers
    return MeasuredCost(
        Cost(
            response_ms=answers.response_ms,
            sent_kb=answers.sent_kb,
            cpu_ms={part: 1000 * used / answers.requests for part, used in sample.cpu_s.items()},
        ),
        client_cpu_ms=1000 * answers.client_cpu_s / answers.requests,
    )
