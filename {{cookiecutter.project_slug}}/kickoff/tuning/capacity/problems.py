"""Where more of the same does not help, and somebody has to decide: docs/scaling.md."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from kickoff.tuning.capacity.resources import BALANCER_CPUS, BALANCER_LINE, Peak, resources
from kickoff.tuning.capacity.times import ServiceTimes
from kickoff.tuning.fleet import Fleet, MemcachedServer, Node
from kickoff.tuning.sizing import Sizes, sizes_of

# A sort buffer of 2 MB, a join buffer and two read buffers of 0.6 MB, a stack of 0.3 MB: MariaDB's
# own sizes, for a connection that uses all of them.
CONNECTION_MB = 3
MOST_DATABASE_CPUS = 64  # There are larger machines; two of each are needed.


def problems_of(fleet: Fleet, times: ServiceTimes, peak: Peak, shards: int) -> Iterator[str]:
    """One sentence each."""
    sizes = sizes_of(fleet)
    yield from sizes.problems()
    for each in resources(fleet, times, peak, shards):
        if each.name in {BALANCER_CPUS, BALANCER_LINE} and not each.is_enough:
            yield (
                f"{each.name}: {each.busy:,.1f} {each.unit} are busy, and one has {each.may:g} to "
                f"spare ({each.may_of}). A CDN in front, a larger machine, or several HAProxy."
            )
    if fleet.database.cpus > MOST_DATABASE_CPUS:
        yield (
            f"The database needs {fleet.database.cpus:,} CPUs, more than one machine has: split it."
        )
    yield from _connections(sizes)
    yield from _network(fleet)


def _connections(sizes: Sizes) -> Iterator[str]:
    """The buffer pool leaves room for so many."""
    database = sizes.database
    room_mb = database.memory_mb - database.buffer_pool_mb
    if (needed := database.max_connections * CONNECTION_MB) > room_mb:
        yield (
            f"{database.max_connections:,} connections × {CONNECTION_MB} MB = {needed:,} MB, but "
            f"the buffer pool leaves {room_mb:,} MB. A smaller pool_size, more memory for the "
            "database, or a proxy that shares connections."
        )


def _network(fleet: Fleet) -> Iterator[str]:
    network = ip_network(fleet.site.private_network)
    machines: list[Node | MemcachedServer] = [*fleet.nodes, *fleet.memcached]
    if any(ip_address(machine.address) not in network for machine in machines):
        yield (
            f"private_network {network} has no room for {len(machines):,} machines. Name a larger "
            "one."
        )
