"""What the sample's mix needs from a thousand to fifty million users, from measured times."""

from __future__ import annotations

from dataclasses import replace

from kickoff.testing.fleet import fleet_of
from kickoff.tuning.capacity.limits import LARGEST, LimitError
from kickoff.tuning.capacity.plan import plan
from kickoff.tuning.capacity.resources import (
    BALANCER_CPUS,
    BALANCER_LINE,
    DATABASE_CPUS,
    REFRESHERS,
    Peak,
    lasts_to,
    traffic_of,
)
from kickoff.tuning.capacity.times import ServiceTimes
from kickoff.tuning.fleet import Fleet

USERS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000)
THINK_S = 10
CPUS, MEMORY_GB, MEMCACHED_GB = 16, 64, 16
HEAD = f"""## What the sample needs

`manage.py capacity --think {THINK_S}` for its mix, with machines of {CPUS} CPUs and {MEMORY_GB} GB,
and memcached of {MEMCACHED_GB} GB. Users are those who are there at once.

| users | requests/s | in Python/s | nodes | memcached | CPUs of the database | refreshers |
|---|---|---|---|---|---|---|
"""
WHEN = """
What adding nodes cannot put off:

| one of it | is enough to | then |
|---|---|---|
"""
STEPS = {
    BALANCER_CPUS: "a CDN, more CPUs, several HAProxy",
    BALANCER_LINE: "a CDN, several HAProxy",
    DATABASE_CPUS: "more CPUs, then a split",
    REFRESHERS: "shards",
}


def sizes_section(times: ServiceTimes) -> str:
    """Two tables: machines for each number of users, and users for each single thing."""
    fleet = large_fleet()
    rows = "".join(f"| {' | '.join(_cells(fleet, times, users))} |\n" for users in USERS)
    last = lasts_to(fleet, times, THINK_S)
    limits = "".join(
        f"| {name} | {_words(last[name])} | {step} |\n" for name, step in STEPS.items()
    )
    return HEAD + rows + WHEN + limits


def large_fleet() -> Fleet:
    """Of machines that a large site has."""
    fleet = fleet_of(3, CPUS, MEMORY_GB)
    caches = tuple(replace(each, memory_mb=MEMCACHED_GB * 1024) for each in fleet.memcached)
    return replace(fleet, memcached=caches)


def _cells(fleet: Fleet, times: ServiceTimes, users: int) -> list[str]:
    peak = Peak(users, THINK_S)
    try:
        planned = plan(fleet, times, peak)
    except LimitError as error:
        return [f"{users:,}", str(error), *[""] * 5]
    load = traffic_of(planned.fleet, times, peak)
    numbers = [
        users,
        round(load.requests_per_s),
        round(load.python_per_s),
        len(planned.fleet.nodes),
        len(planned.fleet.memcached),
        planned.fleet.database.cpus,
        planned.shards,
    ]
    return [f"{number:,}" for number in numbers]


def _words(users: float) -> str:
    return "any number" if users >= LARGEST else f"{users:,.0f} users"
