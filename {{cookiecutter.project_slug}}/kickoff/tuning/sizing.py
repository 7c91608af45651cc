"""The arithmetic of the fleet: from its machines to slots, connections, memory and time-outs.

Pure functions of a `Fleet`. Every number that stands in a file of deploy/ comes from here, and its
comment there shows the same sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

from kickoff.tuning.fleet import Fleet, Node

# -- What one thing needs ------------------------------------------------------------------------

FRONT_THREADS = 20  # threads of one Apache child
FRONT_CHILD_MB = 30  # resident memory of one Apache child with its threads
PAGE_CACHE_MB = 64  # Apache's cache of public pages, in shared memory: one for each node
REFRESHER_MB = 200  # a Django process that keeps page objects at hand
USABLE_SHARE = 0.8  # of a machine's memory; the rest is the kernel's, and the files that it caches
BUSY_SHARE = 0.5  # of the slots at the peak: above it, waiting grows faster than the load

DAEMONS, CHILDREN, PAGE_CACHE = "daemon processes", "Apache's children", "page cache"

REFRESHER_CONNECTIONS = 2  # of a refresher or its standby: its work, and its lease
COMMAND_CONNECTIONS = 5  # cron jobs, migrations, shells
HEALTH_CONNECTIONS = 1  # of a node: the deep check
MONITOR_CONNECTIONS = 2
ADMIN_CONNECTIONS = 10  # kept for people when the site has taken all of its own

STORE_SOCKETS = 2  # of a thread to each memcached: one for the slots, one for Django's cache
TABLE_OPEN_CACHE = 2000  # MySQL's default: two files for each
DEBIAN_OPEN_FILES = 32768  # LimitNOFILE of Debian's mariadb.service
MAX_ITEM_MB = 2  # the largest page that memcached takes


@dataclass(frozen=True)
class TimeOuts:
    """How long anybody waits for anything, in seconds. What is inside ends before what is outside.

    The same for every fleet: they follow from what a visitor puts up with, not from its size.
    """

    store: float = 0.3  # one answer of memcached
    connect: int = 1  # HAProxy to Apache
    check: int = 2  # HAProxy's question whether a node is ready
    check_interval: int = 3  # between two of them; faster as soon as one fails
    balancer_queue: int = 2  # a request in HAProxy for a slot
    pool: int = 3  # a thread for a connection to the database
    statement: int = 5  # one statement in the database
    daemon_connect: int = 5  # Apache for its own daemon
    daemon_queue: int = 10  # a request in Apache's queue for a thread; older ones are dropped
    request: int = 15  # a request in Python, when the other threads are idle
    interrupt: int = 10  # after that, until the process is given up
    balancer_server: int = 30  # HAProxy for an answer
    client: int = 30  # HAProxy for a visitor that says nothing
    socket: int = 60  # Apache and its daemon for each other's next byte
    front: int = 60  # Apache for the next byte of a connection
    balancer_keep_alive: int = 5  # HAProxy keeps an idle connection, to visitors and to Apache
    front_keep_alive: int = 30  # Apache keeps it longer: only HAProxy closes, so none is cut
    pool_recycle: int = 280  # the age at which the pool replaces a connection
    database_wait: int = 300  # the idle time after which the database closes it
    idle_transaction: int = 60  # a transaction in which nothing happens
    graceful: int = 15  # a daemon that restarts waits for its requests
    eviction: int = 30  # the same when it was told by signal
    shutdown: int = 5  # a daemon that ends
    startup: int = 30  # a daemon that loads Django
    deadlock: int = 60  # a daemon whose interpreter stands still

    def in_order(self) -> list[tuple[str, float]]:
        """The waits of one request from the inside to the outside: each shorter than the next."""
        return [
            ("memcached answers", self.store),
            ("HAProxy's queue", self.balancer_queue),
            ("the pool of the database", self.pool),
            ("a statement", self.statement),
            ("Apache's queue", self.daemon_queue),
            ("a request in Python", self.request),
            ("HAProxy waits for the answer", self.balancer_server),
            ("Apache and its daemon for a byte", self.socket),
        ]

    @property
    def inside(self) -> int:
        """The longest that Apache and Python take for one request."""
        return self.daemon_queue + self.request

    @property
    def stop(self) -> int:
        """A node that ends waits for all that HAProxy still waits for."""
        return self.balancer_server + self.shutdown

    def fail_safe(self, threads: int) -> float:
        """When mod_wsgi ends a request if all threads hang: request-timeout × (1 + ln threads)."""
        return self.request * (1 + log(threads))


@dataclass(frozen=True)
class WebSizes:
    """What runs on each node."""

    processes: int  # one for each CPU: one interpreter lock each
    threads: int
    front_children: int
    node_mb: int  # memory of the smallest node

    @property
    def slots(self) -> int:
        """Requests in Python at the same time."""
        return self.processes * self.threads

    @property
    def front_needed(self) -> int:
        """Threads of Apache in front of the slots, so that none of them waits for one."""
        return _front_needed(self.slots)

    @property
    def front_workers(self) -> int:
        """MaxRequestWorkers: what is needed, in full children."""
        return self.front_children * FRONT_THREADS

    @property
    def front_children_limit(self) -> int:
        """ServerLimit: room for as many children that are still finishing."""
        return 2 * self.front_children

    @property
    def max_spare_threads(self) -> int:
        """The least that httpd accepts beside MinSpareThreads = MaxRequestWorkers."""
        return self.front_workers + FRONT_THREADS

    @property
    def prefork_max_spare(self) -> int:
        """The least that httpd accepts beside MinSpareServers = slots."""
        return self.slots + 1

    @property
    def static_slots(self) -> int:
        """Files that Apache serves at once while all slots are busy."""
        return self.front_workers - self.slots

    @property
    def daemon_backlog(self) -> int:
        """Requests that wait for a thread: more than HAProxy ever sends, with two nodes' worth."""
        return max(100, 2 * self.slots)

    @property
    def open_files(self) -> int:
        """Sockets of all front threads to visitor and daemon; eight for each slot in Python."""
        return self.front_children_limit * FRONT_THREADS * 2 + self.slots * 8

    @property
    def tasks(self) -> int:
        """Threads of all processes; each process has a few of its own."""
        front = self.front_children_limit * (FRONT_THREADS + 2)
        return front + self.processes * (self.threads + 5)


@dataclass(frozen=True)
class Memory:
    """The memory of one node in MB, by who has it."""

    node: str
    parts: tuple[tuple[str, int], ...]
    usable: int

    @property
    def used(self) -> int:
        return sum(mb for _, mb in self.parts)

    def of(self, *names: str) -> tuple[tuple[str, int], ...]:
        """Only these parts."""
        return tuple((name, mb) for name, mb in self.parts if name in names)


@dataclass(frozen=True)
class DatabaseSizes:
    web_connections: int  # every pool full
    rollout_connections: int  # one node has its old and its new processes
    refresher_connections: int
    health_connections: int
    memory_mb: int
    is_shared: bool  # with a node or a memcached

    @property
    def site_connections(self) -> int:
        """What the site's own account may have."""
        return (
            self.web_connections
            + self.rollout_connections
            + self.refresher_connections
            + self.health_connections
            + COMMAND_CONNECTIONS
        )

    @property
    def connections(self) -> int:
        return self.site_connections + MONITOR_CONNECTIONS + ADMIN_CONNECTIONS

    @property
    def max_connections(self) -> int:
        return _rounded_up(self.connections, 10)

    @property
    def back_log(self) -> int:
        """After a restart everybody connects at once; 80 is MariaDB's own."""
        return max(80, self.max_connections)

    @property
    def buffer_pool_share(self) -> float:
        """MySQL's own rule for a machine of its own; a quarter beside something else."""
        if self.is_shared:
            return 0.25
        return 0.5 if self.memory_mb <= 4096 else 0.75

    @property
    def buffer_pool_mb(self) -> int:
        return int(self.memory_mb * self.buffer_pool_share)

    @property
    def redo_log_mb(self) -> int:
        """A quarter of the buffer pool, at most 4 GB: recovery reads all of it."""
        return min(4096, max(256, self.buffer_pool_mb // 4))

    @property
    def open_files_needed(self) -> int:
        """A file for each connection, two for each open table, ten of the server's own."""
        return self.max_connections + 2 * TABLE_OPEN_CACHE + 10

    @property
    def open_files(self) -> int:
        """What is needed, at least the limit that Debian's unit sets."""
        return max(DEBIAN_OPEN_FILES, self.open_files_needed)


@dataclass(frozen=True)
class MemcachedSizes:
    web_connections: int
    rollout_connections: int
    other_connections: int  # refreshers, health, commands, people

    @property
    def connections(self) -> int:
        return self.web_connections + self.rollout_connections + self.other_connections

    @property
    def max_connections(self) -> int:
        """memcached's own 1024 is enough for most."""
        return max(1024, _rounded_up(self.connections, 128))


@dataclass(frozen=True)
class BalancerSizes:
    nodes: int
    peak_requests_per_s: int

    @property
    def ready_needed(self) -> int:
        """With fewer ready nodes requests go to all that live: half of them, rounded up."""
        return ceil(self.nodes / 2)

    @property
    def max_connections(self) -> int:
        """Visitors stay about ten seconds: the request, the queue, five seconds of keep-alive."""
        return max(1000, 10 * self.peak_requests_per_s)


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
        front_children=ceil(_front_needed(processes * threads) / FRONT_THREADS),
        node_mb=min(node.memory_gb for node in fleet.nodes) * 1024,
    )


def _front_needed(slots: int) -> int:
    """As mod_wsgi-express has it: half as many again as slots, and ten for static files."""
    return 10 + max(10, int(1.5 * slots))


def _database(fleet: Fleet, web: WebSizes) -> DatabaseSizes:
    one_node = web.processes * fleet.application.pool_size
    others = [machine.address for machine in (*fleet.nodes, *fleet.memcached)]
    return DatabaseSizes(
        web_connections=len(fleet.nodes) * one_node,
        rollout_connections=one_node,
        refresher_connections=len(fleet.refreshers) * REFRESHER_CONNECTIONS,
        health_connections=len(fleet.nodes) * HEALTH_CONNECTIONS,
        memory_mb=fleet.database.memory_gb * 1024,
        is_shared=fleet.database.address in others,
    )


def _memcached(fleet: Fleet, web: WebSizes) -> MemcachedSizes:
    one_node = web.slots * STORE_SOCKETS
    return MemcachedSizes(
        web_connections=len(fleet.nodes) * one_node,
        rollout_connections=one_node,
        other_connections=(
            (len(fleet.refreshers) + len(fleet.nodes) + COMMAND_CONNECTIONS) * STORE_SOCKETS
            + ADMIN_CONNECTIONS
        ),
    )


def _memory(fleet: Fleet, web: WebSizes, node: Node) -> Memory:
    beside = sum(server.memory_mb for server in fleet.memcached_on(node.address))
    runs_refresher = node.name in fleet.refreshers
    parts = [
        (DAEMONS, web.processes * fleet.application.process_mb),
        (CHILDREN, web.front_children_limit * FRONT_CHILD_MB),
        (PAGE_CACHE, PAGE_CACHE_MB),
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
    """`Apache's children 120 + page cache 64`"""
    return " + ".join(f"{name} {mb}" for name, mb in parts)


def _rounded_up(number: int, step: int) -> int:
    return ceil(number / step) * step
