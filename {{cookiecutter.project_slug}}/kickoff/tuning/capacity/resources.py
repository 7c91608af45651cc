"""What a peak takes of a fleet, against what it has: the utilisation law for each resource."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from kickoff.tuning.capacity.limits import largest
from kickoff.tuning.capacity.times import ServiceTimes
from kickoff.tuning.capacity.traffic import Traffic, requests_per_s, traffic
from kickoff.tuning.fleet import Fleet
from kickoff.tuning.sizes import BUSY_SHARE, USABLE_SHARE
from kickoff.tuning.sizing import sizes_of

LINE_GBIT_PER_S = 10.0  # of HAProxy's network card
NODE_CPUS, SLOTS = "CPUs of the nodes", "slots of the nodes"
BALANCER_CPUS, BALANCER_LINE = "CPUs of HAProxy", "line of HAProxy"
DATABASE_CPUS = "CPUs of the database"
CACHE_CPUS, CACHE_MEMORY = "CPUs of memcached", "memory of memcached"
REFRESHERS = "refreshers"


@dataclass(frozen=True)
class Resource:
    """`sum_of` shows how `busy` comes about, `may_of` how `may`."""

    name: str
    unit: str
    busy: float  # on average, at the peak
    may: float  # be busy: what there is, less the headroom
    sum_of: str
    may_of: str

    @property
    def is_enough(self) -> bool:
        return self.busy <= self.may


@dataclass(frozen=True)
class Peak:
    """So many users, each of whom thinks for so long between an answer and the next request."""

    users: float
    think_s: float


def left(fleet: Fleet) -> int:
    """Nodes when one is away: out of order, or with a new release. A single one has no spare."""
    return max(1, len(fleet.nodes) - 1)


def traffic_of(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Traffic:
    """With one node away."""
    rate = requests_per_s(times, peak.users, peak.think_s)
    return traffic(times, rate, peak.users, left(fleet))


def resources(fleet: Fleet, times: ServiceTimes, peak: Peak, shards: int = 1) -> list[Resource]:
    """All that a peak could use up, in the order in which a request meets it."""
    load = traffic_of(fleet, times, peak)
    balancer = fleet.load_balancer.cpus
    web = sizes_of(fleet).web
    caches = len(fleet.memcached)
    nodes = f"{left(fleet)} nodes"
    return [
        _cores(BALANCER_CPUS, load, "balancer", balancer, f"{balancer} CPUs"),
        _line(load),
        _cores(
            NODE_CPUS, load, "web", left(fleet) * web.processes, f"{nodes} × {web.processes} CPUs"
        ),
        _shared(
            SLOTS, "slots", load, load.slots, left(fleet) * web.slots, f"{nodes} × {web.slots}"
        ),
        _cores(CACHE_CPUS, load, "memcached", caches, f"{caches} servers × 1 CPU"),
        _stored(fleet, times, peak),
        _cores(DATABASE_CPUS, load, "database", fleet.database.cpus, f"{fleet.database.cpus} CPUs"),
        _cores(REFRESHERS, load, "refresher", shards, f"{shards} × 1 CPU"),
    ]


def lasts_to(
    fleet: Fleet, times: ServiceTimes, think_s: float, shards: int = 1
) -> dict[str, float]:
    """For each resource, the most users for whom it is enough."""

    def enough(name: str, users: float) -> bool:
        found = resources(fleet, times, Peak(users, think_s), shards)
        return next(each.is_enough for each in found if each.name == name)

    names = [each.name for each in resources(fleet, times, Peak(1, think_s), shards)]
    return {name: largest(partial(enough, name)) for name in names}


def _cores(name: str, load: Traffic, part: str, cpus: int, words: str) -> Resource:
    return _shared(name, "CPUs", load, load.cpu[part], cpus, words)


def _shared(
    name: str, unit: str, load: Traffic, busy: float, there_are: float, words: str
) -> Resource:
    each_ms = 1000 * busy / load.requests_per_s
    return Resource(
        name=name,
        unit=unit,
        busy=busy,
        may=there_are * BUSY_SHARE,
        sum_of=f"{load.requests_per_s:,.0f}/s × {each_ms:.3f} ms",
        may_of=f"{words} × {BUSY_SHARE:.0%}",
    )


def _line(load: Traffic) -> Resource:
    each_kb = 1024 * load.sent_mb_per_s / load.requests_per_s
    return Resource(
        name=BALANCER_LINE,
        unit="Gbit/s",
        busy=load.sent_mb_per_s * 1024**2 * 8 / 1e9,
        may=LINE_GBIT_PER_S * BUSY_SHARE,
        sum_of=f"{load.requests_per_s:,.0f}/s × {each_kb:.1f} kB",
        may_of=f"{LINE_GBIT_PER_S:g} Gbit/s × {BUSY_SHARE:.0%}",
    )


def _stored(fleet: Fleet, times: ServiceTimes, peak: Peak) -> Resource:
    memory_mb = sum(server.memory_mb for server in fleet.memcached)
    return Resource(
        name=CACHE_MEMORY,
        unit="MB",
        busy=peak.users * times.stored_kb_per_user / 1024,
        may=memory_mb * USABLE_SHARE,
        sum_of=f"{peak.users:,.0f} users × {times.stored_kb_per_user:.1f} kB",
        may_of=f"{memory_mb:,} MB × {USABLE_SHARE:.0%}",
    )
