"""mod_wsgi's daemon processes: a fixed pool, loaded before the first request, with limits."""

from __future__ import annotations

import math

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import NotFoundError, Value

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
MOST_THREADS = 15  # more Python threads than that wait for one interpreter lock


def _option(arguments: tuple[str, ...], name: str) -> str | None:
    return next((word[len(name) + 1 :] for word in arguments if word.startswith(f"{name}=")), None)


@rule(
    "C01",
    ERROR,
    "The application is loaded before the first request",
    reads="WSGIScriptAlias",
    why="Only process-group= and application-group= in the line itself let mod_wsgi load the "
    "application when a process starts. %{GLOBAL} is where C extensions are safe.",
    mend="WSGIScriptAlias / …/wsgi.py process-group=site application-group=%{GLOBAL}",
)
def application_is_preloaded(site: Configuration) -> Outcome:
    aliases = site.apache.aliases
    if not aliases:
        raise NotFoundError(f"{site.apache.place}: there is no WSGIScriptAlias.")
    group = "%{GLOBAL}"
    holds = all(
        _option(line.arguments, "application-group") == group
        and (site.apache.is_embedded or _option(line.arguments, "process-group"))
        for line in aliases
    )
    return expect(
        holds,
        f"each with process-group= and application-group={group}",
        *map(site.apache.as_value, aliases),
    )


@rule(
    "C01b",
    ERROR,
    "The application is mounted on a pool that exists",
    reads="WSGIScriptAlias process-group=, WSGIDaemonProcess",
    why="Apache answers every request with 500 when the group is not defined.",
    mend="Use the name of the WSGIDaemonProcess line.",
)
def group_exists(site: Configuration) -> Outcome:
    site.apache.daemon  # noqa: B018  # embedded: there is no group
    names = [daemon.name for daemon in site.apache.daemons]
    groups = [_option(line.arguments, "process-group") for line in site.apache.aliases]
    return expect(
        all(group in names for group in groups if group),
        f"one of {', '.join(names)}",
        *map(site.apache.as_value, site.apache.aliases),
    )


@rule(
    "C02",
    ERROR,
    "No Python in Apache's own processes",
    reads="WSGIRestrictEmbedded",
    why="Embedded mode loads an interpreter into every front process, and a mistake in the "
    "configuration runs the site there without any of its limits.",
    mend="WSGIRestrictEmbedded On",
)
def embedded_mode_is_off(site: Configuration) -> Outcome:
    site.apache.daemon  # noqa: B018  # embedded mode is meant
    setting = site.apache.switch("WSGIRestrictEmbedded")
    return expect(setting.value, "On", setting)


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
    restarts = [
        daemon.whole(name, default=0) for name in ("maximum-requests", "restart-interval")
    ]
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
        daemon.limit, ("shutdown-timeout", "graceful-timeout", "eviction-timeout", "request-timeout")
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


@rule(
    "C12",
    ERROR,
    "Bodies are read whole",
    reads="WSGIScriptReloading, queue-timeout",
    why="mod_wsgi before 6.0.5 cuts off the bodies of requests with this pair.",
    mend="Set queue-timeout, which C08 asks for anyway.",
)
def bodies_are_whole(site: Configuration) -> Outcome:
    reloading = site.apache.switch("WSGIScriptReloading")
    queue = site.apache.daemon.limit("queue-timeout")
    holds = reloading.value or not math.isinf(queue.value)
    return expect(holds, "WSGIScriptReloading On, or a queue-timeout", reloading, queue)


@rule(
    "C12c",
    WARNING,
    "The code is not looked up for each request",
    reads="WSGIScriptReloading",
    why="On, each request asks the disk whether wsgi.py has changed, and a half-copied release "
    "goes live by itself.",
    mend="WSGIScriptReloading Off, and restart when a release is in place.",
)
def code_is_loaded_once(site: Configuration) -> Outcome:
    reloading = site.apache.switch("WSGIScriptReloading")
    return expect(not reloading.value, "Off", reloading)


@rule(
    "C13",
    WARNING,
    "There are as many processes as CPUs",
    reads="processes, the fleet's cpus",
    why="Each process runs Python on one CPU at a time: fewer leave CPUs idle, more than two for "
    "each fight for them.",
    mend="processes = CPUs of a node",
)
def processes_fit_the_cpus(site: Configuration) -> Outcome:
    site.apache.daemon  # noqa: B018  # embedded: C13b speaks of slots
    processes, cpus = site.apache.processes, site.fleet.cpus
    return expect(
        cpus.value <= processes.value <= 2 * cpus.value,
        f"{cpus.value} ≤ processes ≤ {2 * cpus.value} = 2 × {cpus.value} CPUs",
        processes,
        cpus,
    )


@rule(
    "C13b",
    WARNING,
    "Slots are a few for each CPU",
    reads="processes, threads, the fleet's cpus",
    why="Fewer than 3 slots for each CPU idle while a query runs; more than 8 make every page slow "
    "instead of letting a few wait. More than 15 threads share one interpreter lock.",
    mend="5 threads in each process, as many processes as CPUs",
)
def slots_fit_the_cpus(site: Configuration) -> Outcome:
    slots, threads, cpus = site.slots, site.apache.threads, site.fleet.cpus
    holds = 3 * cpus.value <= slots.value <= 8 * cpus.value and threads.value <= MOST_THREADS
    return expect(
        holds,
        f"{3 * cpus.value} ≤ slots ≤ {8 * cpus.value} = 8 × {cpus.value} CPUs, "
        f"threads ≤ {MOST_THREADS}",
        slots,
        threads,
        cpus,
    )


@rule(
    "C20",
    ERROR,
    "One module alone says who the client is, and trusts no one else",
    reads="RemoteIPHeader, WSGITrustedProxies, RemoteIPTrustedProxy, RemoteIPInternalProxy",
    why="Two modules that rewrite the address read each other's answer. A trust in everybody lets "
    "a client choose its own address.",
    mend="Keep RemoteIPHeader with the load balancer's address in RemoteIPInternalProxy.",
)
def client_is_known(site: Configuration) -> Outcome:
    apache = site.apache
    remote, trusted = apache.named("RemoteIPHeader"), apache.named("WSGITrustedProxies")
    lists = [*apache.named("RemoteIPTrustedProxy"), *apache.named("RemoteIPInternalProxy"), *trusted]
    open_lists = [line for line in lists if {"0.0.0.0/0", "::/0", "*"} & {*line.arguments}]
    return expect(
        not (remote and trusted) and not open_lists,
        "one of them, and no 0.0.0.0/0",
        *map(apache.as_value, [*remote, *lists]),
    )


@rule(
    "C21",
    ERROR,
    "A service process has something to run",
    reads="WSGIDaemonProcess threads=0, WSGIImportScript",
    why="A daemon with threads=0 runs the script that is imported into it; without one it idles.",
    mend="WSGIImportScript …/refresher.py process-group=NAME application-group=%{GLOBAL}",
)
def services_have_a_script(site: Configuration) -> Outcome:
    services = [daemon for daemon in site.apache.daemons if daemon.is_service]
    groups = {
        _option(line.arguments, "process-group") for line in site.apache.named("WSGIImportScript")
    }
    idle = [daemon.name for daemon in services if daemon.name not in groups]
    found = Value("without a script", ", ".join(idle), site.apache.place)
    return expect(not idle, "a WSGIImportScript for each", found)


@rule(
    "C22",
    WARNING,
    "Python runs in UTF-8",
    reads="WSGIDaemonProcess lang, locale",
    why="Debian starts Apache with LANG=C: names of files and logs with an umlaut raise errors.",
    mend="lang=C.UTF-8 locale=C.UTF-8",
)
def locale_is_utf8(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    values = [Value(name, daemon.options.get(name, ""), daemon.where) for name in ("lang", "locale")]
    holds = all("utf" in value.value.lower() for value in values)
    return expect(holds, "a locale with UTF-8", *values)
