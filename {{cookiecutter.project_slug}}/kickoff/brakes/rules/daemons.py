"""mod_wsgi's daemon processes: a fixed pool, loaded before the first request, with limits."""

from __future__ import annotations

import math

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import NotFoundError, Value

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
    processes, least, most = site.apache.processes, site.fleet.cpus, site.fleet.most_cpus
    return expect(
        most.value <= processes.value <= 2 * least.value,
        f"{most.value} CPUs of the largest node ≤ processes ≤ {2 * least.value} = 2 × "
        f"{least.value} of the smallest",
        processes,
        least,
        most,
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
    lists = [
        *apache.named("RemoteIPTrustedProxy"),
        *apache.named("RemoteIPInternalProxy"),
        *trusted,
    ]
    open_lists = [line for line in lists if {"0.0.0.0/0", "::/0", "*"} & {*line.arguments}]
    return expect(
        not (remote and trusted) and not open_lists,
        "one of them, and no 0.0.0.0/0",
        *map(apache.as_value, [*remote, *lists]),
    )


@rule(
    "C20b",
    ERROR,
    "Apache believes the load balancer, and nobody else",
    reads="RemoteIPInternalProxy, RequestHeader X-Forwarded-Proto, the fleet's load balancer",
    why="Whoever else is believed chooses an address of your networks, and with it what they may "
    "see, or says that plain HTTP is HTTPS.",
    mend="RemoteIPInternalProxy with the load balancer's address, and RequestHeader unset "
    "X-Forwarded-Proto for everybody else",
)
def only_the_balancer_is_believed(site: Configuration) -> Outcome:
    apache, balancer = site.apache, site.fleet.text("load_balancer", "address")
    names = ("RemoteIPInternalProxy", "RemoteIPTrustedProxy", "WSGITrustedProxies")
    lists = [line for name in names for line in apache.named(name)]
    trusted = [address for line in lists for address in line.arguments]
    schemes = [
        line
        for line in apache.named("RequestHeader")
        if line.arguments[:2] == ("unset", "X-Forwarded-Proto")
    ]
    others = f"%{{CONN_REMOTE_ADDR}} != '{balancer.value}'"
    return expect(
        trusted == [balancer.value] and any(others in line.text for line in schemes),
        f"{balancer.value} alone; unset X-Forwarded-Proto where {others}",
        *map(apache.as_value, [*lists, *schemes]),
        balancer,
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
    values = [
        Value(name, daemon.options.get(name, ""), daemon.where) for name in ("lang", "locale")
    ]
    holds = all("utf" in value.value.lower() for value in values)
    return expect(holds, "a locale with UTF-8", *values)
