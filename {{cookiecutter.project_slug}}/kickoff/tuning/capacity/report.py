"""What `manage.py capacity` says: for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kickoff.tuning.capacity.limits import LARGEST
from kickoff.tuning.capacity.plan import Plan, plan
from kickoff.tuning.capacity.resources import (
    Peak,
    Resource,
    lasts_to,
    left,
    resources,
    traffic_of,
)
from kickoff.tuning.capacity.times import ServiceTimes
from kickoff.tuning.capacity.toml import lines_to_write
from kickoff.tuning.capacity.traffic import CACHE_S, Traffic, response_s
from kickoff.tuning.fleet import Fleet
from kickoff.tuning.sizing import summed

FORM = "{:<22}{:<27}{:>12}   {:<27}{:>12}  {:>16}"


@dataclass(frozen=True)
class Capacity:
    """The answer for one peak."""

    fleet: Fleet
    times: ServiceTimes
    peak: Peak
    load: Traffic
    resources: list[Resource]
    lasts_to: dict[str, float]
    plan: Plan

    @property
    def first(self) -> str:
        """The resource of the fleet that runs out first."""
        return min(self.lasts_to, key=self.lasts_to.__getitem__)


def capacity_of(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Capacity:
    return Capacity(
        fleet=fleet,
        times=times,
        peak=peak,
        load=traffic_of(fleet, times, peak),
        resources=resources(fleet, times, peak),
        lasts_to=lasts_to(fleet, times, peak.think_s),
        plan=plan(fleet, times, peak),
    )


def document(found: Capacity, source: Path) -> dict[str, Any]:
    """For --json."""
    planned, sizes = found.plan.fleet, found.plan.sizes
    return {
        "times": {
            "file": str(source),
            "machine": dict(found.times.machine),
            "measured_on": found.times.measured_on,
        },
        "users": found.peak.users,
        "think_s": found.peak.think_s,
        "requests_per_s": round(found.load.requests_per_s, 1),
        "python_requests_per_s": round(found.load.python_per_s, 1),
        "resources": [
            {
                "name": each.name,
                "unit": each.unit,
                "busy": round(each.busy, 3),
                "may": round(each.may, 3),
                "lasts_to_users": int(found.lasts_to[each.name]),
            }
            for each in found.resources
        ],
        "first_to_run_out": found.first,
        "needed": {
            "nodes": len(planned.nodes),
            "node_memory_mb": max(memory.used for memory in sizes.memory),
            "memcached": len(planned.memcached),
            "memcached_mb": sum(server.memory_mb for server in planned.memcached),
            "database_cpus": planned.database.cpus,
            "database_connections": sizes.database.max_connections,
            "memcached_connections": sizes.memcached.max_connections,
            "refresher_shards": found.plan.shards,
        },
        "problems": list(found.plan.problems),
        "fleet_toml": lines_to_write(found.fleet, planned),
    }


def text(found: Capacity, source: Path) -> str:
    """For people: where the numbers come from, the sums, the sizes, what to write."""
    parts = [_origin(found, source), _arrivals(found), _table(found), _needs(found), _lines(found)]
    return "\n\n".join("\n".join(part) for part in parts)


def _origin(found: Capacity, source: Path) -> Iterator[str]:
    yield f"Measured on {found.times.source}: {source.name}"
    yield "A CPU of the fleet is taken to be as fast as one of that machine."


def _arrivals(found: Capacity) -> Iterator[str]:
    users, think_s = found.peak.users, found.peak.think_s
    load, answer_s = found.load, response_s(found.times)
    yield f"{users:,.0f} users, {think_s:g} s between an answer and the next request"
    yield (
        f"  X = N / (Z + R) = {users:,.0f} / ({think_s:g} + {answer_s:.4f}) "
        f"= {load.requests_per_s:,.1f} requests/s"
    )
    yield (
        f"  {load.python_per_s:,.1f}/s of them reach Python; the rest Apache has kept, for "
        f"{CACHE_S:g} s on each of {left(found.fleet)} nodes"
    )


def _table(found: Capacity) -> Iterator[str]:
    yield f"The fleet as it is: {len(found.fleet.nodes)} nodes, one of them away"
    yield FORM.format(
        "", "rate × each", "busy", "there is × headroom", "may be", "lasts to"
    ).rstrip()
    for each in found.resources:
        users = found.lasts_to[each.name]
        yield FORM.format(
            each.name,
            each.sum_of,
            f"{each.busy:,.2f}",
            each.may_of,
            f"{each.may:,.2f} {each.unit}"[:12],
            "any number" if users >= LARGEST else f"{users:,.0f} users",
        )
    most = found.lasts_to[found.first]
    is_over = " (over already)" if most < found.peak.users else ""
    yield f"First to run out: {found.first}, at {most:,.0f} users{is_over}."


def _needs(found: Capacity) -> Iterator[str]:
    yield "This peak needs"
    for name, words in _sizes(found.plan):
        yield f"  {name:<22}{words}"
    yield from (f"  PROBLEM: {problem}" for problem in found.plan.problems)


def _sizes(plan: Plan) -> Iterator[tuple[str, str]]:
    fleet, sizes, database = plan.fleet, plan.sizes, plan.sizes.database
    nodes, processes = len(fleet.nodes), sizes.web.processes
    fullest = max(sizes.memory, key=lambda memory: memory.used)
    yield "nodes", f"{nodes:,} × {processes} CPUs, one of them to spare"
    yield "memory of a node", f"{summed(fullest.parts)} = {fullest.used:,} MB"
    yield "memcached", f"{len(fleet.memcached):,} × {fleet.memcached[0].memory_mb:,} MB"
    yield "its connections", f"{sizes.memcached.max_connections:,} to each"
    yield "CPUs of the database", f"{fleet.database.cpus:,}"
    yield (
        "its memory",
        f"{database.memory_mb:,} MB, {database.buffer_pool_mb:,} of them the buffer pool",
    )
    yield (
        "its connections",
        f"nodes {nodes:,} × processes {processes} × pool {fleet.application.pool_size} = "
        f"{database.web_connections:,}, with all others {database.max_connections:,}",
    )
    yield "refreshers", f"{plan.shards:,}, each with a standby"


def _lines(found: Capacity) -> Iterator[str]:
    lines = lines_to_write(found.fleet, found.plan.fleet)
    if not lines:
        yield "deploy/fleet.toml says so already."
        return
    yield "Write into deploy/fleet.toml, then run manage.py tune:"
    yield ""
    yield from lines
