"""service_times.json: each kind of request of the mix, measured on the running fleet."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version

from fleet.capacity.costs import measure_cost
from fleet.capacity.load import Request, send
from fleet.capacity.meter import resident_mb
from fleet.capacity.mix import Kind
from fleet.capacity.world import World
from fleet.up.errors import FleetError
from fleet.up.running import Say
from kickoff.tuning.capacity.times import Cost, Page, ServiceTimes, this_machine

LOOK_S = 2  # long enough to see every page of a kind


@dataclass(frozen=True)
class Measured:
    times: ServiceTimes
    client_cpu_ms: Mapping[str, float]  # of the load generator, for one request of each kind


def measure(world: World, say: Say) -> Measured:
    """FleetError when a page answers with an error, or the machine has too much else to do."""
    say("looking at every page")
    stored_kb = _stored_kb_per_user(world)
    pages: dict[str, Page] = {}
    client_cpu_ms = {}
    for kind in world.kinds:
        say(f"measuring {kind.name}")
        page, client_cpu_ms[kind.name] = _page(world, kind)
        if kind.changes:
            page = replace(page, from_python=_with_what_follows(world, kind, page, pages))
        pages[kind.name] = page
    pids = [pid for node in world.fleet.nodes for pid in node.daemon_pids]
    times = ServiceTimes(
        machine={
            **this_machine(),
            "Python": platform.python_version(),
            "Django": version("django"),
        },
        measured_on=datetime.now(UTC).date().isoformat(),
        process_mb=round(resident_mb(pids)),
        stored_kb_per_user=stored_kb,
        pages=tuple(pages.values()),
    )
    return Measured(times, client_cpu_ms)


def _page(world: World, kind: Kind) -> tuple[Page, float]:
    python = measure_cost(world, kind.requests, world.direct_host)
    cached = None
    if kind.is_public:
        # One address: one client would find each of several too old again.
        cached = measure_cost(world, kind.requests[:1], world.host).cost
    page = Page(
        name=kind.name,
        share=kind.share,
        addresses=kind.addresses,
        addresses_per_user=kind.addresses_per_user,
        from_python=python.cost,
        from_cache=cached,
    )
    return page, python.client_cpu_ms


def _with_what_follows(world: World, kind: Kind, page: Page, known: Mapping[str, Page]) -> Cost:
    """With the processor time that the pages it changes take more when they are looked at next, as
    far as they have been measured."""
    changed = [other for other in world.kinds if other.name in kind.changes and other.name in known]
    together = measure_cost(world, in_turns(kind, changed), world.direct_host).cost
    usual = [known[other.name].from_python for other in changed]
    return cost_with_what_follows(page.from_python, together, usual)


def in_turns(kind: Kind, changed: Sequence[Kind]) -> list[Request]:
    """The pages that each request changes, then this request: each page is a new one whenever it is
    asked for again."""
    return [
        request
        for number, change in enumerate(kind.requests)
        for request in (
            *(other.requests[number % len(other.requests)] for other in changed),
            change,
        )
    ]


def cost_with_what_follows(own: Cost, together: Cost, usual: Sequence[Cost]) -> Cost:
    """Of a request, what it and the pages cost `together`, each of them, and the pages as usual."""
    requests = 1 + len(usual)

    def of_part(part: str) -> float:
        rest = requests * together.cpu_ms[part] - sum(cost.cpu_ms[part] for cost in usual)
        return max(own.cpu_ms[part], rest)

    return replace(own, cpu_ms={part: of_part(part) for part in own.cpu_ms})


def _stored_kb_per_user(world: World) -> float:
    """What memcached holds: public pages for each team, private ones for each who has signed in."""
    public_kb = _stored_kb_after(world, (kind for kind in world.kinds if kind.is_public))
    all_kb = _stored_kb_after(world, (kind for kind in world.kinds if not kind.is_public))
    return public_kb / world.teams + (all_kb - public_kb) / world.visitors


def _stored_kb_after(world: World, kinds: Iterable[Kind]) -> float:
    """When somebody has looked at these, too."""
    for kind in kinds:
        send(world.fleet.haproxy.port, world.direct_host, kind.requests, clients=2, seconds=LOOK_S)
    return sum(_stored_bytes(server.ask("stats")) for server in world.fleet.memcacheds) / 1024


def _stored_bytes(statistics: bytes) -> int:
    """Of a memcached, with what it keeps about each value."""
    found = re.search(rb"STAT bytes (\d+)", statistics)
    if found is None:
        raise FleetError("A memcached does not say how much it holds.")
    return int(found[1])
