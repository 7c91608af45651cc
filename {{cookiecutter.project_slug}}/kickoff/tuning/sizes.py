"""The sizes of each part of the fleet, and what follows from them by itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

# -- What one thing needs ------------------------------------------------------------------------

FRONT_THREADS = 20  # threads of one Apache child
FRONT_CHILD_MB = 30  # resident memory of one Apache child with its threads
# Apache's cache of public pages in shared memory, one for each node. It divides an address space
# into parts, and takes the part of an entry from the first letter of its key: "h" of http for all
# addresses, "A" of Accept-Encoding for all pages. The others stay empty, and take no memory.
PAGE_CACHE_SPACE_MB, PAGE_CACHE_PARTS, PAGE_CACHE_USED = 1024, 256, 2
REFRESHER_MB = 200  # a Django process that keeps page objects at hand
MEMORY_PAGE = 4096  # bytes
USABLE_SHARE = 0.8  # of a machine's memory; the rest is the kernel's, and the files that it caches
BUSY_SHARE = 0.5  # of the slots at the peak: above it, waiting grows faster than the load

DAEMONS, CHILDREN, PAGE_CACHE = "daemon processes", "Apache's children", "page cache"

REFRESHER_CONNECTIONS = 2  # of a refresher or its standby: its work, and its lease
COMMAND_CONNECTIONS = 5  # cron jobs, migrations, shells
# Each process that is asked for its deep health takes samples of its own for a minute, past its
# pool: of a node that monitoring asks every ten seconds these are so many at most.
HEALTH_PROCESSES = 6
MONITOR_CONNECTIONS = 2
ADMIN_CONNECTIONS = 10  # kept for people when the site has taken all of its own

STORE_SOCKETS = 2  # of a thread to each memcached: one for the slots, one for Django's cache
TABLE_OPEN_CACHE = 2000  # MySQL's default: two files for each
DEBIAN_OPEN_FILES = 32768  # LimitNOFILE of Debian's mariadb.service
MAX_ITEM_MB = 2  # the largest page that memcached takes


@dataclass(frozen=True)
class WebSizes:
    """What runs on each node."""

    processes: int  # one for each CPU: one interpreter lock each
    threads: int
    front_children: int
    node_mb: int  # memory of the smallest node

    @property
    def health_processes(self) -> int:
        """That take samples at the same time, each with one connection to everything.

        Also with prefork, which has a process for each slot.
        """
        return min(self.slots, HEALTH_PROCESSES)

    @property
    def slots(self) -> int:
        """Requests in Python at the same time."""
        return self.processes * self.threads

    @property
    def front_needed(self) -> int:
        """Threads of Apache in front of the slots, so that none of them waits for one."""
        return front_needed(self.slots)

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
    def page_cache_space_mb(self) -> int:
        """The kernel refuses a space that is larger than all memory."""
        return min(PAGE_CACHE_SPACE_MB, self.node_mb // 2)

    @property
    def page_cache_part_bytes(self) -> int:
        return self.page_cache_space_mb * 2**20 // PAGE_CACHE_PARTS

    @property
    def page_cache_mb(self) -> int:
        """The parts in use; of each other one the page of memory with which it begins."""
        used = PAGE_CACHE_USED * self.page_cache_part_bytes + PAGE_CACHE_PARTS * MEMORY_PAGE
        return ceil(used / 2**20)

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
        return rounded_up(self.connections, 10)

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
        return max(1024, rounded_up(self.connections, 128))


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


def front_needed(slots: int) -> int:
    """As mod_wsgi-express has it: half as many again as slots, and ten for static files."""
    return 10 + max(10, int(1.5 * slots))


def rounded_up(number: int, step: int) -> int:
    """The next multiple of `step`."""
    return ceil(number / step) * step
