"""The arithmetic of the fleet: from its machines to slots, connections, memory and time-outs.

Pure functions of a `Fleet`. Every number that stands in a file of deploy/ comes from here, and its
comment there shows the same sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from kickoff.tuning.fleet import Fleet, Node
from kickoff.tuning.sizes import (
    ADMIN_CONNECTIONS,
    BUSY_SHARE,
    CHILDREN,
    COMMAND_CONNECTIONS,
    DAEMONS,
    FRONT_CHILD_MB,
    FRONT_THREADS,
    PAGE_CACHE,
    REFRESHER_CONNECTIONS,
    REFRESHER_MB,
    STORE_SOCKETS,
    USABLE_SHARE,
    BalancerSizes,
    DatabaseSizes,
    MemcachedSizes,
    Memory,
    WebSizes,
    front_needed,
)
from kickoff.tuning.timeouts import TimeOuts


@dataclass(frozen=True)
class Sizes:
    """All numbers of a fleet."""

    fleet: Fleet
    web: WebSizes
    database: DatabaseSizes
    memcached: MemcachedSizes
    balancer: BalancerSizes
    times: TimeOuts
    memory: tuple[Memory, ...]

    @property
    def requests_per_s_of_a_node(self) -> float:
        """Half of its slots busy, each with requests of the average length."""
        return self.web.slots * BUSY_SHARE * 1000 / self.fleet.application.request_ms

    @property
    def spare_requests_per_s(self) -> float:
        """What is left at the peak when the best node is away; below 0 the fleet is too small."""
        left = (len(self.fleet.nodes) - 1) * self.requests_per_s_of_a_node
        return left - self.fleet.site.peak_requests_per_s

    def problems(self) -> list[str]:
        """What these machines cannot do, one sentence each."""
        found = [
            f"{memory.node}: {summed(memory.parts)} = {memory.used} MB, but only {memory.usable} "
            f"MB ({USABLE_SHARE:.0%} of its memory) may be used. It would swap."
            for memory in self.memory
            if memory.used > memory.usable
        ]
        if self.spare_requests_per_s < 0:
            nodes, each = len(self.fleet.nodes), self.requests_per_s_of_a_node
            found.append(
                f"Without one node, {nodes - 1} × {each:.0f} requests per second are left, but "
                f"the peak is {self.fleet.site.peak_requests_per_s}. Add a node."
            )
        return found


def sizes_of(fleet: Fleet) -> Sizes:
    """The numbers of this fleet. Nodes share their files, so the smallest sets them for all."""
    web = _web(fleet)
    return Sizes(
        fleet=fleet,
        web=web,
        database=_database(fleet, web),
        memcached=_memcached(fleet, web),
        balancer=BalancerSizes(len(fleet.nodes), fleet.site.peak_requests_per_s),
        times=TimeOuts(),
        memory=tuple(_memory(fleet, web, node) for node in fleet.nodes),
    )


def _web(fleet: Fleet) -> WebSizes:
    processes = min(node.cpus for node in fleet.nodes)
    threads = fleet.application.threads
    return WebSizes(
        processes=processes,
        threads=threads,
        front_children=ceil(front_needed(processes * threads) / FRONT_THREADS),
        node_mb=min(node.memory_gb for node in fleet.nodes) * 1024,
    )


def _database(fleet: Fleet, web: WebSizes) -> DatabaseSizes:
    one_node = web.processes * fleet.application.pool_size
    others = [node.address for node in fleet.nodes]
    others += [server.address for server in fleet.memcached]
    return DatabaseSizes(
        web_connections=len(fleet.nodes) * one_node,
        rollout_connections=one_node,
        refresher_connections=len(fleet.refreshers) * REFRESHER_CONNECTIONS,
        health_connections=len(fleet.nodes) * web.health_processes,
        memory_mb=fleet.database.memory_gb * 1024,
        is_shared=fleet.database.address in others,
    )


def _memcached(fleet: Fleet, web: WebSizes) -> MemcachedSizes:
    one_node = web.slots * STORE_SOCKETS
    return MemcachedSizes(
        web_connections=len(fleet.nodes) * one_node,
        rollout_connections=one_node,
        other_connections=(
            (len(fleet.refreshers) + COMMAND_CONNECTIONS) * STORE_SOCKETS
            + len(fleet.nodes) * web.health_processes
            + ADMIN_CONNECTIONS
        ),
    )


def _memory(fleet: Fleet, web: WebSizes, node: Node) -> Memory:
    beside = sum(server.memory_mb for server in fleet.memcached_on(node.address))
    runs_refresher = node.name in fleet.refreshers
    parts = [
        (DAEMONS, web.processes * fleet.application.process_mb),
        (CHILDREN, web.front_children_limit * FRONT_CHILD_MB),
        (PAGE_CACHE, web.page_cache_mb),
        ("memcached", beside),
        ("refresher", REFRESHER_MB if runs_refresher else 0),
    ]
    if node.address == fleet.database.address:
        parts.append(("database", int(fleet.database.memory_gb * 1024 * 0.25)))
    return Memory(
        node=node.name,
        parts=tuple((name, mb) for name, mb in parts if mb),
        usable=int(node.memory_gb * 1024 * USABLE_SHARE),
    )


def summed(parts: tuple[tuple[str, int], ...]) -> str:
    """`Apache's children 120 + page cache 9`"""
    return " + ".join(f"{name} {mb}" for name, mb in parts)
