"""The fleet that a peak needs, grown from the one in fleet.toml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from kickoff.tuning.capacity.limits import fewest
from kickoff.tuning.capacity.machines import of_memcached, of_nodes
from kickoff.tuning.capacity.problems import problems_of
from kickoff.tuning.capacity.resources import (
    CACHE_CPUS,
    CACHE_MEMORY,
    DATABASE_CPUS,
    NODE_CPUS,
    REFRESHERS,
    SLOTS,
    Peak,
    resources,
    traffic_of,
)
from kickoff.tuning.capacity.times import ServiceTimes
from kickoff.tuning.fleet import Fleet
from kickoff.tuning.sizing import Sizes, sizes_of


@dataclass(frozen=True)
class Plan:
    """Enough for its peak, where more of the same is enough; `problems` says where it is not."""

    fleet: Fleet
    shards: int  # of the refresher; each has a standby
    sizes: Sizes
    problems: tuple[str, ...]


def plan(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Plan:
    """The fewest nodes (one of them to spare), memcached servers, CPUs of the database, shards.

    LimitError when there can never be enough of one of them."""
    grown = _with_memory(fleet, times)
    for grow in (_with_memcached, _with_nodes, _with_database):
        grown = grow(grown, times, peak)
    shards = fewest(
        "refreshers", lambda count: _is_enough(grown, times, peak, REFRESHERS, shards=count)
    )
    return Plan(grown, shards, sizes_of(grown), tuple(problems_of(grown, times, peak, shards)))


def _is_enough(fleet: Fleet, times: ServiceTimes, peak: Peak, *names: str, shards: int = 1) -> bool:
    found = resources(fleet, times, peak, shards)
    return all(each.is_enough for each in found if each.name in names)


def _with_memory(fleet: Fleet, times: ServiceTimes) -> Fleet:
    """The larger number: that of fleet.toml may come from more hours than the measurement had."""
    process_mb = max(fleet.application.process_mb, times.process_mb)
    return replace(fleet, application=replace(fleet.application, process_mb=process_mb))


def _with_nodes(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Fleet:
    def carries(count: int) -> bool:
        candidate = _with_peak(of_nodes(fleet, count), times, peak)
        is_enough = _is_enough(candidate, times, peak, NODE_CPUS, SLOTS)
        # What tune asks for: it reckons with whole milliseconds.
        return is_enough and sizes_of(candidate).spare_requests_per_s >= 0

    return _with_peak(of_nodes(fleet, fewest("nodes", carries, start=2)), times, peak)


def _with_peak(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Fleet:
    """How many requests reach Python, and how long one takes."""
    load = traffic_of(fleet, times, peak)
    return replace(
        fleet,
        site=replace(fleet.site, peak_requests_per_s=_whole(load.python_per_s)),
        application=replace(fleet.application, request_ms=_whole(load.python_ms)),
    )


def _whole(number: float) -> int:
    """Rounded up, at least 1; what floats add behind the sixth digit is no number."""
    return max(1, ceil(round(number, 6)))


def _with_memcached(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Fleet:
    def carries(count: int) -> bool:
        return _is_enough(of_memcached(fleet, count), times, peak, CACHE_CPUS, CACHE_MEMORY)

    # Never fewer: the keys of one that goes would have to be built anew.
    return of_memcached(fleet, fewest("memcached servers", carries, start=len(fleet.memcached)))


def _with_database(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Fleet:
    def sized(cpus: int) -> Fleet:
        return replace(fleet, database=replace(fleet.database, cpus=cpus))

    def carries(cpus: int) -> bool:
        return _is_enough(sized(cpus), times, peak, DATABASE_CPUS)

    return sized(fewest("CPUs of the database", carries, start=fleet.database.cpus))
