"""A load for some seconds, during which nothing else had the machine."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fleet.capacity.load import Answers, Request, send
from fleet.capacity.meter import CORES, machine_cpu_s
from fleet.capacity.world import World
from fleet.up.errors import FleetError

WARM_UP_S = 1  # every process has its connections and its own memory
OTHERS_MAY = 0.1  # of the cores
TRIES = 20
PAUSE_S = 5.0  # until the next try


@dataclass(frozen=True)
class Sample:
    answers: Answers
    cpu_s: Mapping[str, float]  # of each part of the fleet
    others: float  # the share of the cores that no part had, nor the load generator


def quiet_sample(
    world: World,
    requests: Sequence[Request],
    host: str,
    *,
    clients: int,
    seconds: int,
    think_ms: int = 0,
) -> Sample:
    """Tries until other processes leave the machine alone; FleetError when they never do."""
    port = world.fleet.haproxy.port
    for _ in range(TRIES):
        send(port, host, requests, clients=clients, seconds=WARM_UP_S)
        before, machine_s, began = world.meter.read(), machine_cpu_s(), time.monotonic()
        answers = send(port, host, requests, clients=clients, seconds=seconds, think_ms=think_ms)
        elapsed_s = time.monotonic() - began
        cpu_s = world.meter.cpu_s(before, elapsed_s)
        own_s = sum(world.meter.used(before).values()) + answers.client_cpu_s
        others = (machine_cpu_s() - machine_s - own_s) / elapsed_s / CORES
        if others <= OTHERS_MAY:
            return Sample(answers, cpu_s, others)
        time.sleep(PAUSE_S)
    raise FleetError(
        f"The machine is too busy: other processes took {others:.0%} of its cores, more than "
        f"{OTHERS_MAY:.0%}. Stop them, and measure again."
    )
