"""The whole site at a glance: each server's part, and the numbers that follow from several."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kickoff.brakes.answers import Live
from kickoff.brakes.parts.apache import Apache
from kickoff.brakes.parts.fleet import Fleet
from kickoff.brakes.parts.haproxy import HAProxy
from kickoff.brakes.parts.memcached import Memcached
from kickoff.brakes.parts.mysql import MySQL
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.parts.units import Unit, Units
from kickoff.brakes.values import NotFoundError, Value

# Connections to the database beside those of web processes.
REFRESHER = 2  # its work, and its lease
COMMANDS = 5  # manage.py by hand and by timer
MONITORING = 2
ADMINISTRATORS = 10
# Of a node, at most: processes that are asked for their deep health look past their pools, each for
# a minute after it was asked, and monitoring asks every ten seconds.
HEALTH_PROCESSES = 6
OTHERS = COMMANDS + MONITORING + ADMINISTRATORS


@dataclass
class Configuration:
    """Every part may be missing: then reading from it raises NotFoundError, which rules report."""

    apache: Apache
    mysql: MySQL
    memcached: Memcached
    haproxy: HAProxy
    units: Units
    fleet: Fleet
    settings: Settings
    live: Live | None = None  # what the running servers said, when they were asked

    @property
    def is_live(self) -> bool:
        return self.live is not None

    @property
    def running(self) -> Live:
        if self.live is None:
            raise NotFoundError("The running servers were not asked: brakes --live")
        return self.live

    @cached_property
    def nodes(self) -> Value[int]:
        """How many web servers there are, by the fleet, else by the load balancer."""
        try:
            return self.fleet.node_count
        except NotFoundError:
            nodes = self.haproxy.nodes
            return Value("nodes", len(nodes), self.haproxy.backend.where)

    @property
    def apache_unit(self) -> Unit:
        """Of site.conf or prefork.conf, whichever was read."""
        return self.units.running_apache(self.apache.reading.files)

    @property
    def slots(self) -> Value[int]:
        return self.apache.slots

    @cached_property
    def refreshers(self) -> int:
        """How many run, by the fleet; else the one that works and its standby."""
        try:
            return len(self.fleet.texts("", "refreshers").value)
        except NotFoundError:
            return 2

    @cached_property
    def connections_per_node(self) -> Value[int]:
        """Connections to the database that one node opens at most."""
        processes, threads = self.apache.processes, self.apache.threads
        how, each = f"{threads}", threads.value
        if self.settings.has_pool:
            most = self.settings.pool.most
            # A thread holds one at most: a larger pool never opens the rest.
            how, each = f"the smaller of {most} and {threads}", min(most.value, threads.value)
        return Value("connections per node", processes.value * each, f"{processes} × {how}")

    @cached_property
    def connections(self) -> Value[int]:
        """The connections of the whole fleet while one node is replaced."""
        self.settings.require_mysql()
        nodes, each = self.nodes.value, self.connections_per_node.value
        health = nodes * min(self.apache.processes.value, HEALTH_PROCESSES)
        # There may be a node whose old processes have not ended yet.
        others = self.refreshers * REFRESHER + OTHERS
        count = (nodes + 1) * each + health + others
        return Value(
            "connections",
            count,
            f"({nodes} nodes + 1 replaced) × {each} + {health} health checks + {others} others",
        )

    @cached_property
    def memcached_connections(self) -> Value[int]:
        """Sockets that one memcached holds: one for each slot and cache, and the refreshers'."""
        clients = len(self.settings.memcached_caches) + 1  # and the slots of cached reads
        nodes, slots = self.nodes.value, self.slots.value
        health = nodes * min(self.apache.processes.value, HEALTH_PROCESSES)
        others = (self.refreshers + COMMANDS) * clients + health + ADMINISTRATORS
        count = (nodes + 1) * slots * clients + others
        return Value(
            "connections",
            count,
            f"({nodes} nodes + 1 replaced) × {slots} slots × {clients} clients + {others} others",
        )

    @cached_property
    def store_wait(self) -> Value[float]:
        """Seconds that a frozen memcached costs a thread once."""
        settings = self.settings
        longest = max(
            settings.cache_timeout(alias, "connect_timeout").value
            + settings.cache_timeout(alias, "timeout").value
            for alias in settings.memcached_caches
        )
        return Value("connect_timeout + timeout", longest, f"{settings.module}: CACHES")
