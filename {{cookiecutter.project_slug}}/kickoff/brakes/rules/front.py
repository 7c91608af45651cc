"""Apache's own processes and threads: a front that is large enough, and never grows or shrinks."""

from __future__ import annotations

import math

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect

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
