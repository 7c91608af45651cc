"""Apache's own processes and threads: a front that is large enough, and never grows or shrinks."""

from __future__ import annotations

import math

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, size

# Front threads beside those that wait for a slot: static files, health, slow clients.
SPARE = 10
MOST_TIMES = 8  # a front larger than this many times its pool only hides a queue

OLD_SPELLINGS = ("MaxClients", "MaxRequestsPerChild")
REMOVED = ("WSGILazyInitialization", "AcceptMutex", "LockFile", "Order", "Allow", "Deny")


def least_front(slots: int) -> int:
    return SPARE + max(SPARE, int(1.5 * slots))


@rule(
    "C03",
    ERROR,
    "Apache has a thread for every slot, and some to spare",
    reads="MaxRequestWorkers, processes, threads",
    why="Each request in a slot, and each one that waits for a slot, holds a thread in front. "
    "Without spare ones static files and health checks wait for the application.",
    mend="Raise MaxRequestWorkers, or have fewer slots.",
)
def front_holds_the_pool(site: Configuration) -> Outcome:
    site.apache.daemon  # noqa: B018  # embedded: the processes are the slots
    workers, slots = site.apache.whole("MaxRequestWorkers"), site.slots
    least = least_front(slots.value)
    return expect(
        workers.value >= least,
        f"MaxRequestWorkers ≥ {least} = {SPARE} + max({SPARE}, 1.5 × {slots.value} slots)",
        workers,
        slots,
    )


@rule(
    "C03b",
    WARNING,
    "Apache's front does not hide a queue",
    reads="MaxRequestWorkers, processes, threads",
    why="Threads far beyond the slots let requests wait where no load balancer can move them.",
    mend="Lower MaxRequestWorkers, or raise the slots if the CPUs are idle.",
)
def front_hides_no_queue(site: Configuration) -> Outcome:
    site.apache.daemon  # noqa: B018
    workers, slots = site.apache.whole("MaxRequestWorkers"), site.slots
    most = MOST_TIMES * least_front(slots.value)
    return expect(
        workers.value <= most,
        f"MaxRequestWorkers ≤ {most} = {MOST_TIMES} × {least_front(slots.value)}",
        workers,
        slots,
    )


@rule(
    "C04",
    ERROR,
    "Apache's threads divide evenly into processes",
    reads="MaxRequestWorkers, ThreadsPerChild, ThreadLimit",
    why="Apache rounds down or refuses what does not fit, and the pool is smaller than written.",
    mend="Make MaxRequestWorkers a multiple of ThreadsPerChild, and ThreadLimit at least that.",
)
def threads_divide(site: Configuration) -> Outcome:
    site.apache.require_threads()
    workers, each, most = map(
        site.apache.whole, ("MaxRequestWorkers", "ThreadsPerChild", "ThreadLimit")
    )
    fits = 0 < each.value <= most.value and workers.value % each.value == 0
    return expect(
        fits and workers.value > 0,
        "MaxRequestWorkers = n × ThreadsPerChild, ThreadsPerChild ≤ ThreadLimit",
        workers,
        each,
        most,
    )


@rule(
    "C04b",
    ERROR,
    "ServerLimit allows all of Apache's processes",
    reads="ServerLimit, MaxRequestWorkers, ThreadsPerChild",
    why="ServerLimit is the ceiling: Apache silently lowers MaxRequestWorkers to fit it.",
    mend="Raise ServerLimit.",
)
def server_limit_allows_all(site: Configuration) -> Outcome:
    limit, workers = site.apache.whole("ServerLimit"), site.apache.whole("MaxRequestWorkers")
    each = 1 if site.apache.is_preforking else site.apache.whole("ThreadsPerChild").value
    needed = math.ceil(workers.value / max(each, 1))
    return expect(
        limit.value >= needed > 0,
        f"ServerLimit ≥ {needed} = {workers.value} MaxRequestWorkers / {each} threads each",
        limit,
        workers,
    )


@rule(
    "C04c",
    WARNING,
    "A graceful restart finds free places, and not too many",
    reads="ServerLimit, MaxRequestWorkers, ThreadsPerChild",
    why="With the event MPM, processes that finish their last requests keep their place. Without "
    "free ones Apache reports that the scoreboard is full while workers are missing. Places that "
    "are never used cost shared memory.",
    mend="Set ServerLimit to twice StartServers.",
)
def restarts_find_places(site: Configuration) -> Outcome:
    site.apache.require_threads()
    limit, workers = site.apache.whole("ServerLimit"), site.apache.whole("MaxRequestWorkers")
    needed = workers.value / max(site.apache.whole("ThreadsPerChild").value, 1)
    return expect(
        1.5 * needed <= limit.value <= 3 * needed,
        f"{1.5 * needed:g} ≤ ServerLimit ≤ {3 * needed:g}: 1.5 to 3 × {needed:g} processes",
        limit,
        workers,
    )


@rule(
    "C04d",
    WARNING,
    "ThreadLimit reserves no more than is used",
    reads="ThreadLimit, ThreadsPerChild",
    why="Apache reserves shared memory for ThreadLimit threads in each of ServerLimit processes.",
    mend="Set ThreadLimit to ThreadsPerChild.",
)
def thread_limit_is_used(site: Configuration) -> Outcome:
    site.apache.require_threads()
    limit, each = site.apache.whole("ThreadLimit"), site.apache.whole("ThreadsPerChild")
    return expect(limit.value == each.value, "ThreadLimit = ThreadsPerChild", limit, each)


@rule(
    "C05",
    WARNING,
    "Apache starts all threads at once and stops none under load",
    reads="StartServers, ThreadsPerChild, MinSpareThreads, MaxSpareThreads, MaxRequestWorkers",
    why="Starting processes costs most just when the load is highest.",
    mend="StartServers = MaxRequestWorkers / ThreadsPerChild, MinSpareThreads = "
    "MaxRequestWorkers, MaxSpareThreads = MinSpareThreads + ThreadsPerChild.",
)
def nothing_is_started_under_load(site: Configuration) -> Outcome:
    site.apache.require_threads()
    start, each, least, most, workers = map(
        site.apache.whole,
        (
            "StartServers",
            "ThreadsPerChild",
            "MinSpareThreads",
            "MaxSpareThreads",
            "MaxRequestWorkers",
        ),
    )
    is_fixed = start.value * each.value == workers.value == least.value
    # Apache raises a MaxSpareThreads that is too low: then the file does not say what runs.
    is_kept = least.value + each.value <= most.value < 2 * (workers.value + each.value)
    return expect(
        is_fixed and is_kept,
        f"{start.value} StartServers × {each.value} = {workers.value} MaxRequestWorkers = "
        f"MinSpareThreads; {least.value + each.value} ≤ MaxSpareThreads < "
        f"{2 * (workers.value + each.value)}",
        start,
        each,
        least,
        most,
        workers,
    )


@rule(
    "C05b",
    WARNING,
    "prefork has as many processes at the start as under load",
    reads="StartServers, ServerLimit, MinSpareServers, MaxSpareServers, MaxRequestWorkers",
    why="Starting processes costs most just when the load is highest.",
    mend="Give all five the same number.",
)
def prefork_is_fixed(site: Configuration) -> Outcome:
    if not site.apache.is_preforking:
        raise DoesNotApplyError(f"The MPM is {site.apache.mpm.value}.")
    names = ("StartServers", "ServerLimit", "MinSpareServers", "MaxSpareServers")
    values = [site.apache.whole(name) for name in (*names, "MaxRequestWorkers")]
    workers = values[-1].value
    # Apache keeps MaxSpareServers above MinSpareServers: one more is the same.
    holds = all(value.value in {workers, workers + 1} for value in values[:-1])
    return expect(holds, f"all of them {workers}", *values)


@rule(
    "C05c",
    WARNING,
    "Apache's processes live for ever",
    reads="MaxConnectionsPerChild",
    why="A process that ends takes its threads and open connections with it. It is a remedy for "
    "leaks, not a habit.",
    mend="MaxConnectionsPerChild 0, or 100000 where something leaks.",
)
def processes_live(site: Configuration) -> Outcome:
    most = site.apache.whole("MaxConnectionsPerChild")
    return expect(
        most.value == 0 or most.value >= 100_000, "MaxConnectionsPerChild 0 or ≥ 100000", most
    )


@rule(
    "C05d",
    WARNING,
    "The load balancer keeps its connections to Apache",
    reads="KeepAlive, MaxKeepAliveRequests",
    why="Each connection that Apache closes is opened again for the next request.",
    mend="KeepAlive On, MaxKeepAliveRequests 0 (no limit).",
)
def connections_are_kept(site: Configuration) -> Outcome:
    site.apache.require_threads()
    is_kept, most = site.apache.switch("KeepAlive"), site.apache.whole("MaxKeepAliveRequests")
    holds = is_kept.value and (most.value == 0 or most.value >= 1000)
    return expect(holds, "KeepAlive On; MaxKeepAliveRequests 0 or ≥ 1000", is_kept, most)


@rule(
    "C05e",
    WARNING,
    "Apache's threads have a stack that is large enough, and no larger",
    reads="ThreadStackSize",
    why="Modules crash with less than 256 KiB. More than 512 KiB is memory per thread for nothing.",
    mend="ThreadStackSize 262144",
)
def stacks_fit(site: Configuration) -> Outcome:
    if site.apache.wide("ThreadStackSize") is None:
        raise DoesNotApplyError("ThreadStackSize is left to the system.")
    stack = site.apache.text("ThreadStackSize").map(size)
    return expect(2**18 <= stack.value < 2**19, "256 KiB ≤ ThreadStackSize < 512 KiB", stack)


@rule(
    "C06",
    WARNING,
    "No directive has its name of 2008",
    reads=", ".join(OLD_SPELLINGS),
    why="They are still understood, but documentation and other rules use the new names.",
    mend="MaxClients is MaxRequestWorkers, MaxRequestsPerChild is MaxConnectionsPerChild.",
)
def names_are_current(site: Configuration) -> Outcome:
    found = [line for name in OLD_SPELLINGS for line in site.apache.named(name)]
    return expect(not found, "none of them", *map(site.apache.as_value, found))


@rule(
    "C06b",
    ERROR,
    "No directive that Apache 2.4 or mod_wsgi 6 has dropped",
    reads=", ".join(REMOVED),
    why="The server does not start, or starts without the protection that the line promises.",
    mend="Order, Allow and Deny became Require; AcceptMutex and LockFile became Mutex; "
    "WSGILazyInitialization is always on.",
)
def nothing_was_removed(site: Configuration) -> Outcome:
    found = [line for name in REMOVED for line in site.apache.named(name)]
    return expect(not found, "none of them", *map(site.apache.as_value, found))
