"""Is the prediction right? What 1, 2 and 3 nodes carry here, predicted and then measured.

Each prediction is the smallest of three numbers, from costs that one client has measured:

    visitors / (think + response)   the closed interactive law
    nodes × slots / response        when every slot is taken
    cores / processor time          of all parts together, for here they share the cores
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import median

from fleet.capacity import check_pages
from fleet.capacity.costs import MeasuredCost, measure_cost
from fleet.capacity.load import Request
from fleet.capacity.measuring import Measured, measure
from fleet.capacity.meter import CORES
from fleet.capacity.mix import Kind
from fleet.capacity.sampling import quiet_sample
from fleet.capacity.world import World
from fleet.up.running import Say
from kickoff.tuning.capacity.limits import largest
from kickoff.tuning.capacity.times import ServiceTimes
from kickoff.tuning.capacity.traffic import traffic
from kickoff.tuning.sizing import sizes_of

ALLOWED = 0.25
ROUNDS = 3
SECONDS = 4
COUNTS = (1, 2, 3)
VISITORS_PER_SLOT = 2  # so that a slot which becomes free is taken at once
FEW_VISITORS, THINK_MS = 20, 200
SETTLE_S = 2.0  # until HAProxy has ended what was running on nodes that go
MIX_LENGTH = 1000

VISITORS, SLOTS, CORES_OF_ALL = "visitors", "slots", "cores"


@dataclass(frozen=True)
class Limits:
    """Requests per second that each of them would allow, if it were alone."""

    by: dict[str, float]

    @property
    def first(self) -> str:
        return min(self.by, key=self.by.__getitem__)

    @property
    def requests_per_s(self) -> float:
        return min(self.by.values())


@dataclass(frozen=True)
class Load:
    name: str
    requests: Sequence[Request]
    cost: MeasuredCost | None  # None: the mix, whose cost depends on how often it is asked for
    think_ms: int = 0

    def clients(self, slots: int) -> int:
        return FEW_VISITORS if self.think_ms else slots * VISITORS_PER_SLOT


@dataclass(frozen=True)
class Row:
    """One load on so many nodes, once per round."""

    load: str
    nodes: int
    limits: Limits
    measured: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Predicted to measured."""
        return self.limits.requests_per_s / median(self.measured)

    @property
    def is_right(self) -> bool:
        return abs(self.ratio - 1) <= ALLOWED


@dataclass(frozen=True)
class Check:
    times: ServiceTimes
    rows: list[Row]

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if not row.is_right]


def check(world: World, say: Say) -> Check:
    """FleetError when it cannot be measured."""
    measured = measure(world, say)
    loads = list(_loads(world, say))
    slots = sizes_of(world.fleet.shape).web.slots
    predicted = {
        (load.name, nodes): _limits(world.kinds, measured, load, nodes, slots)
        for load in loads
        for nodes in COUNTS
    }
    found: dict[tuple[str, int], list[float]] = {key: [] for key in predicted}
    for number in range(1, ROUNDS + 1):
        for nodes in COUNTS:
            say(f"round {number} of {ROUNDS}: {nodes} nodes")
            _use(world, nodes)
            for load in loads:
                found[load.name, nodes].append(_measured(world, load, nodes * slots))
    _use(world, max(COUNTS))
    rows = [Row(*key, predicted[key], tuple(values)) for key, values in found.items()]
    return Check(measured.times, rows)


def _loads(world: World, say: Say) -> Iterator[Load]:
    menu = next(kind.requests for kind in world.kinds if kind.name == "menu")
    single = {
        "waits 100 ms": [Request(check_pages.path(100, 0))],
        "computes": [Request(check_pages.path(0, 400_000))],
        "waits 60 ms, and computes": [Request(check_pages.path(60, 200_000))],
        "a signed-in visitor's menu": menu,
    }
    for name, requests in single.items():
        say(f"measuring: {name}")
        yield Load(name, requests, measure_cost(world, requests, world.host))
    cost = measure_cost(world, menu, world.host)
    yield Load(f"the same, {FEW_VISITORS} visitors who think {THINK_MS} ms", menu, cost, THINK_MS)
    yield Load("the sample's mix", mixed(world.kinds), None)


def mixed(kinds: Sequence[Kind]) -> list[Request]:
    """Requests in the shares of the mix, in an order that is the same each time."""
    found: list[Request] = []
    for kind in kinds:
        turns = round(MIX_LENGTH * kind.share)
        found += [kind.requests[turn % len(kind.requests)] for turn in range(turns)]
    Random(1).shuffle(found)
    return found


def _limits(
    kinds: Sequence[Kind], measured: Measured, load: Load, nodes: int, slots: int
) -> Limits:
    if load.cost is not None:
        return limits_of_load(load, nodes, slots)
    addresses = {kind.name: len({each.path for each in mixed([kind])}) for kind in kinds}
    return limits_of_mix(measured, addresses, nodes, slots)


def limits_of_load(load: Load, nodes: int, slots: int) -> Limits:
    """Of one page, always from where it was measured."""
    assert load.cost is not None
    clients, response_s = load.clients(nodes * slots), load.cost.cost.response_ms / 1000
    return Limits(
        {
            VISITORS: clients / (load.think_ms / 1000 + response_s),
            SLOTS: nodes * slots / response_s,
            CORES_OF_ALL: CORES / (load.cost.cpu_ms / 1000),
        }
    )


def limits_of_mix(
    measured: Measured, addresses: Mapping[str, int], nodes: int, slots: int
) -> Limits:
    """The more often its pages are asked for, the more of them Apache has kept. `addresses` is how
    many of each kind are asked for."""
    times = replace(
        measured.times,
        pages=tuple(
            replace(page, addresses=addresses[page.name], addresses_per_user=0)
            for page in measured.times.pages
        ),
    )
    client_ms = sum(page.share * measured.client_cpu_ms[page.name] for page in times.pages)

    def of_slots(rate: float) -> bool:
        return traffic(times, rate, 0, nodes).slots <= nodes * slots

    def of_cores(rate: float) -> bool:
        busy = sum(traffic(times, rate, 0, nodes).cpu.values())
        return busy + rate * client_ms / 1000 <= CORES

    return Limits({SLOTS: largest(of_slots), CORES_OF_ALL: largest(of_cores)})


def _measured(world: World, load: Load, slots: int) -> float:
    sample = quiet_sample(
        world,
        load.requests,
        world.host,
        clients=load.clients(slots),
        seconds=SECONDS,
        think_ms=load.think_ms,
    )
    return sample.answers.per_s


def _use(world: World, nodes: int) -> None:
    """The first nodes get requests, the others none."""
    for number, node in enumerate(world.fleet.nodes, start=1):
        state = "ready" if number <= nodes else "maint"
        for backend in ("app", "app_any"):
            world.fleet.haproxy.tell(f"set server {backend}/{node.name} state {state}")
    time.sleep(SETTLE_S)
