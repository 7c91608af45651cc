"""How long mod_wsgi's daemon processes live, and what ends a request in them."""

from __future__ import annotations

import math

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import Value

MUST_BE_SET = (
    "queue-timeout",
    "connect-timeout",
    "socket-timeout",
    "request-timeout",
    "startup-timeout",
    "graceful-timeout",
    "shutdown-timeout",
)
OWN_BACKLOG = 100  # mod_wsgi's own


@rule(
    "C07",
    WARNING,
    "Daemon processes live for ever",
    reads="maximum-requests, restart-interval, inactivity-timeout",
    why="A process that restarts is missing for seconds, and forgets its connections and values.",
    mend="Set them to 0. Where something leaks: maximum-requests=100000 graceful-timeout=15.",
)
def daemons_live(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    names = ("maximum-requests", "restart-interval", "inactivity-timeout")
    values = [daemon.whole(name, default=0) for name in names]
    return expect(all(value.value == 0 for value in values), "all of them 0", *values)


@rule(
    "C07b",
    ERROR,
    "A process that is replaced may finish its requests",
    reads="maximum-requests, restart-interval, graceful-timeout",
    why="Without a graceful time-out the process is stopped in the middle of its requests.",
    mend="graceful-timeout=15",
)
def replaced_processes_finish(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    restarts = [daemon.whole(name, default=0) for name in ("maximum-requests", "restart-interval")]
    graceful = daemon.whole("graceful-timeout", default=0)
    holds = graceful.value > 0 or not any(value.value for value in restarts)
    return expect(holds, "graceful-timeout > 0 where processes are replaced", *restarts, graceful)


@rule(
    "C08",
    ERROR,
    "Every time-out of the pool is set",
    reads=", ".join(MUST_BE_SET),
    why="mod_wsgi leaves most of them off: one thread that hangs is lost until a restart.",
    mend="Write each of them with a number above 0.",
)
def time_outs_are_set(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    missing = [name for name in MUST_BE_SET if math.isinf(daemon.limit(name).value)]
    found = Value("without a limit", ", ".join(missing), daemon.where)
    return expect(not missing, "each of them > 0", found)


@rule(
    "C08b",
    WARNING,
    "The time-outs of a restart follow each other",
    reads="shutdown-timeout, graceful-timeout, eviction-timeout, request-timeout",
    why="A process that is told to go first takes requests for a while (graceful, eviction), then "
    "is stopped (shutdown). In another order requests are cut off.",
    mend="shutdown-timeout=5 graceful-timeout=15 eviction-timeout=30",
)
def restarts_are_ordered(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    shutdown, graceful, eviction, request = map(
        daemon.limit,
        ("shutdown-timeout", "graceful-timeout", "eviction-timeout", "request-timeout"),
    )
    # Time for a last answer, but a stop is still a stop.
    holds = (
        graceful.value / 4 < shutdown.value < graceful.value / 2
        and graceful.value <= request.value < eviction.value <= 2 * request.value
    )
    return expect(
        holds,
        f"{graceful.value / 4:g} < shutdown < {graceful.value / 2:g} (a quarter to half of "
        f"graceful); graceful ≤ request {request.value:g} < eviction ≤ {2 * request.value:g}",
        shutdown,
        graceful,
        eviction,
        request,
    )


@rule(
    "C09",
    ERROR,
    "A request that is interrupted has time to end",
    reads="interrupt-timeout, request-timeout",
    why="Below 10 s a thread is interrupted again while it cleans up. At request-timeout or above "
    "the process restarts before anything is interrupted.",
    mend="interrupt-timeout=10, or 0 to do without.",
)
def interruptions_end(site: Configuration) -> Outcome:
    interrupt = site.apache.daemon.whole("interrupt-timeout", default=0)
    request = site.apache.daemon.limit("request-timeout")
    holds = interrupt.value == 0 or 10 <= interrupt.value < request.value
    return expect(holds, f"0, or 10 ≤ interrupt-timeout < {request.value:g}", interrupt, request)


@rule(
    "C08c",
    WARNING,
    "A deadlock and a slow start are told from work",
    reads="deadlock-timeout, startup-timeout, request-timeout",
    why="A time-out below a request's kills healthy processes, one far above leaves a dead one.",
    mend="deadlock-timeout=60 startup-timeout=30, for request-timeout=20",
)
def deadlocks_are_told(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    deadlock, startup, request = map(
        daemon.limit, ("deadlock-timeout", "startup-timeout", "request-timeout")
    )
    holds = (
        request.value < startup.value < deadlock.value
        and startup.value < 3 * request.value
        and deadlock.value < 6 * request.value
    )
    return expect(
        holds,
        f"{request.value:g} < startup < {3 * request.value:g}, "
        f"startup < deadlock < {6 * request.value:g}",
        startup,
        deadlock,
        request,
    )


@rule(
    "C12b",
    WARNING,
    "The pool's own queue is long enough, and not too long",
    reads="listen-backlog, processes, threads",
    why="A full backlog makes Apache try again until connect-timeout and then answer 503. A very "
    "long one lets visitors wait where no load balancer can move them.",
    mend="listen-backlog=100, or twice the slots where that is more.",
)
def backlog_fits(site: Configuration) -> Outcome:
    backlog, slots = site.apache.daemon.whole("listen-backlog", default=100), site.slots
    least = max(OWN_BACKLOG, 2 * slots.value)
    return expect(
        least <= backlog.value < 2 * least,
        f"{least} = max({OWN_BACKLOG}, 2 × {slots.value} slots) ≤ listen-backlog < {2 * least}",
        backlog,
        slots,
    )
