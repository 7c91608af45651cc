"""More machines like those of a fleet, with names and addresses that are free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from itertools import count, islice

from kickoff.tuning.fleet import Fleet, MemcachedServer, Node


def of_nodes(fleet: Fleet, wanted: int) -> Fleet:
    """So many, those that are added like the first. The last go when they are too many."""
    first, kept = fleet.nodes[0], fleet.nodes[:wanted]
    added = [
        Node(name, address, first.cpus, first.memory_gb)
        for name, address in islice(_new(fleet, "web"), wanted - len(kept))
    ]
    names = {node.name for node in kept}
    refreshers = tuple(name for name in fleet.refreshers if name in names)
    return replace(fleet, nodes=(*kept, *added), refreshers=refreshers or (kept[0].name,))


def of_memcached(fleet: Fleet, wanted: int) -> Fleet:
    """So many; those that are added have machines of their own, and as much memory as the first."""
    added = [
        MemcachedServer(name, address, fleet.memcached[0].memory_mb)
        for name, address in islice(_new(fleet, "cache"), wanted - len(fleet.memcached))
    ]
    return replace(fleet, memcached=(*fleet.memcached, *added))


def _new(fleet: Fleet, kind: str) -> Iterator[tuple[str, str]]:
    """Names with the numbers that follow, and addresses after the highest that is used."""
    machines: list[Node | MemcachedServer] = [*fleet.nodes, *fleet.memcached]
    addresses = [fleet.load_balancer.address, fleet.database.address]
    highest = max(map(IPv4Address, [*addresses, *(each.address for each in machines)]))
    names = _names(kind, {machine.name for machine in machines})
    return ((name, str(highest + step)) for step, name in enumerate(names, start=1))


def _names(kind: str, taken: Iterable[str]) -> Iterator[str]:
    return (name for number in count(1) if (name := f"{kind}{number}") not in taken)
