"""systemd's units: limits that hold what runs, and end what runs away."""

from __future__ import annotations

import re

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.units import Unit
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.rules.machines import REFRESHER_BYTES, web_bytes
from kickoff.brakes.values import NotFoundError, Value, mib, size

MOST_FILES = 65_536  # a process that starts another one closes them all, one by one
OWN_THREADS = 4  # of a process beside those that work


@rule(
    "C14b",
    ERROR,
    "The units of the site may not swap",
    reads="MemorySwapMax",
    why="The kernel would rather swap a quiet process out than give up a cached file.",
    mend="MemorySwapMax=0",
)
def units_do_not_swap(site: Configuration) -> Outcome:
    values = [
        unit.text("Service", "MemorySwapMax") for unit in site.units.services() if _is_lasting(unit)
    ]
    if not values:
        raise NotFoundError("There is no service that lasts.")
    return expect(all(value.value == "0" for value in values), "0 for each", *values)


def _is_lasting(unit: Unit) -> bool:
    """Not one that a timer starts and that ends by itself."""
    return all(value.value != "oneshot" for value in unit.all("Service", "Type"))


@rule(
    "C92",
    ERROR,
    "Apache may open a file for each connection",
    reads="LimitNOFILE of Apache's unit, MaxRequestWorkers",
    why="Each request takes a socket in front, one to the pool, a file and the log's.",
    mend="LimitNOFILE=8192",
)
def apache_may_open_files(site: Configuration) -> Outcome:
    limit = site.apache_unit.whole("Service", "LimitNOFILE")
    workers = site.apache.whole("MaxRequestWorkers")
    needed = max(1024, 4 * workers.value)
    return expect(
        needed < limit.value <= MOST_FILES,
        f"{needed} = max(1024, 4 × {workers.value} MaxRequestWorkers) < LimitNOFILE ≤ {MOST_FILES}",
        limit,
        workers,
    )


@rule(
    "C92b",
    WARNING,
    "The refresher may open its files",
    reads="LimitNOFILE of the refresher's unit",
    why="Files of code, a socket to each memcached and two to the database: 1024 are plenty.",
    mend="LimitNOFILE=4096",
)
def refresher_may_open_files(site: Configuration) -> Outcome:
    limit = site.units.running("refresh_cache", "refresher").whole("Service", "LimitNOFILE")
    return expect(1024 <= limit.value <= MOST_FILES, f"1024 to {MOST_FILES}", limit)


@rule(
    "C93",
    ERROR,
    "systemd lets Apache finish before it kills it",
    reads="TimeoutStopSec of Apache's unit, graceful-timeout, shutdown-timeout",
    why="A stop that is killed cuts off requests.",
    mend="TimeoutStopSec = graceful-timeout + shutdown-timeout + 10",
)
def apache_may_stop(site: Configuration) -> Outcome:
    stop = site.apache_unit.seconds("Service", "TimeoutStopSec")
    daemon = site.apache.daemon
    graceful, shutdown = daemon.limit("graceful-timeout"), daemon.limit("shutdown-timeout")
    least = graceful.value + shutdown.value
    return expect(
        least < stop.value < 3 * least,
        f"{least:g} = {graceful.value:g} + {shutdown.value:g} < TimeoutStopSec < {3 * least:g}",
        stop,
        graceful,
        shutdown,
    )


@rule(
    "C94",
    ERROR,
    "systemd's limit of memory holds what Apache needs, and stops what leaks",
    reads="MemoryMax of Apache's unit, processes, ServerLimit, process_mb",
    why="A limit that is too low kills healthy processes; one that is too high lets the machine "
    "run out first.",
    mend="MemoryMax = 1.5 × the sum",
)
def apache_has_its_memory(site: Configuration) -> Outcome:
    limit = site.apache_unit.text("Service", "MemoryMax").map(size)
    needed = web_bytes(site)
    return expect(
        1.25 * needed < limit.value < 2 * needed,
        f"1.25 to 2 × {mib(needed)}, what the processes take",
        limit,
    )


@rule(
    "C94b",
    WARNING,
    "systemd's limit of memory holds what the refresher needs, and stops what leaks",
    reads="MemoryMax of the refresher's unit",
    why="A refresher that leaks takes the memory of the web server beside it.",
    mend="MemoryMax=400M, twice what it takes",
)
def refresher_has_its_memory(site: Configuration) -> Outcome:
    limit = site.units.running("refresh_cache", "refresher").text("Service", "MemoryMax").map(size)
    return expect(
        REFRESHER_BYTES < limit.value < 4 * REFRESHER_BYTES,
        f"{mib(REFRESHER_BYTES)} < MemoryMax < {mib(4 * REFRESHER_BYTES)}",
        limit,
    )


@rule(
    "C95",
    WARNING,
    "The refresher may finish its batch",
    reads="TimeoutStopSec of the refresher's unit, CACHING_LEASE_S",
    why="A batch takes no longer than a lease. Killed before, its work is done again elsewhere.",
    mend="TimeoutStopSec=15",
)
def refresher_may_finish(site: Configuration) -> Outcome:
    stop = site.units.running("refresh_cache", "refresher").seconds("Service", "TimeoutStopSec")
    lease = site.settings.get("CACHING_LEASE_S")
    return expect(
        lease.value < stop.value < 3 * lease.value,
        f"{lease.value} (a lease) < TimeoutStopSec < {3 * lease.value}",
        stop,
        lease,
    )


@rule(
    "C96",
    WARNING,
    "Apache may start all its threads",
    reads="TasksMax of Apache's unit, ServerLimit, ThreadsPerChild, processes, threads",
    why="A thread that cannot be started is a request that fails, or a process that ends.",
    mend="TasksMax = ten times the sum",
)
def apache_may_start_threads(site: Configuration) -> Outcome:
    apache = site.apache
    limit = site.apache_unit.text("Service", "TasksMax").map(int)
    each = 1 if apache.is_preforking else apache.whole("ThreadsPerChild").value + OWN_THREADS
    front = apache.whole("ServerLimit").value * each
    pool = 0 if apache.is_embedded else apache.slots.value + apache.processes.value * OWN_THREADS
    least = 6 * (front + pool)
    return expect(
        least < limit.value < 3 * least,
        f"{least} = 6 × ({front} in front + {pool} in Python) < TasksMax < {3 * least}",
        limit,
    )


@rule(
    "C90",
    WARNING,
    "Somebody watches the disks",
    reads="timers of systemd",
    why="A full disk stops the database, the logs and the temporary files at once.",
    mend="A timer that looks at bytes and inodes of data, logs and temporary files",
)
def disks_are_watched(site: Configuration) -> Outcome:
    site.units.require()
    timers = [unit for name, unit in site.units.units.items() if name.endswith(".timer")]
    disks = [unit for unit in timers if "disk" in unit.name]
    if not disks:
        return expect(False, "a timer for the disks", Value("timers", len(timers), "systemd"))
    names = ("OnUnitActiveSec", "OnBootSec", "RandomizedDelaySec")
    found = [[unit.seconds("Timer", name) for name in names] for unit in disks]
    return expect(
        all(
            180 < pause.value < 600 and 0 < boot.value < pause.value > delay.value > 0
            for pause, boot, delay in found
        ),
        "3 min < OnUnitActiveSec < 10 min, with OnBootSec and RandomizedDelaySec above 0 and below",
        *(value for values in found for value in values),
    )


@rule(
    "C90b",
    WARNING,
    "The disks are reported before they are full",
    reads="disk-watch.sh PERCENT, HEALTH_DISK_FAIL_PERCENT",
    why="At 95 % used a node says that it is not ready: people need time before that.",
    mend="disk-watch.sh 85",
)
def disks_are_reported_in_time(site: Configuration) -> Outcome:
    unit = site.units.running("disk-watch")
    found = re.search(r"disk-watch\S*\s+(\d+)", unit.command)
    if found is None:
        raise NotFoundError(f"{unit.where}: disk-watch has no percentage.")
    fails = 100 - float(site.settings.get("HEALTH_DISK_FAIL_PERCENT").value)
    percent = Value("disk-watch", int(found[1]), unit.where)
    return expect(
        fails - 20 <= percent.value < fails, f"{fails - 20:g} ≤ percent < {fails:g}", percent
    )
