"""Django's caches and the refresher: short waits, one view for all, somebody who stands by."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, Value, seconds


@rule(
    "C72",
    ERROR,
    "Nobody waits long for a frozen memcached",
    reads="CACHES OPTIONS connect_timeout, timeout",
    why="pymemcache waits for ever by default: a frozen server hangs every thread of the site.",
    mend="OPTIONS: connect_timeout 0.2, timeout 0.2",
)
def store_waits_are_short(site: Configuration) -> Outcome:
    settings = site.settings
    waits = [
        settings.cache_timeout(alias, name)
        for alias in settings.memcached_caches
        for name in ("connect_timeout", "timeout")
    ]
    return expect(all(0.1 <= wait.value < 1 for wait in waits), "0.1 ≤ each < 1", *waits)


@rule(
    "C73",
    WARNING,
    "One process refreshes the cache, and another stands by",
    reads="the units of systemd, the fleet's refreshers",
    why="Without a standby, pages stay as they are until somebody notices.",
    mend="Enable the refresher's unit on two nodes: the lease lets one of them work.",
)
def refresher_has_a_standby(site: Configuration) -> Outcome:
    unit = site.units.running("refresh_cache", "refresher")
    names = site.fleet.texts("", "refreshers")
    found = Value("refresher", unit.name, unit.where)
    return expect(len(set(names.value)) >= 2, "at least two nodes", found, names)


@rule(
    "C74",
    ERROR,
    "The refresher and Apache are started again when they end",
    reads="Restart, RestartSec, StartLimitIntervalSec of their units",
    why="A unit that gives up after a few tries leaves the site stale, or the node dead. A standby "
    "takes over after 3 s: a restart is quicker.",
    mend="Restart=always, RestartSec=1, StartLimitIntervalSec=0",
)
def services_restart(site: Configuration) -> Outcome:
    found, holds = list[Value[object]](), True
    for unit in (site.units.running("refresh_cache", "refresher"), site.apache_unit):
        restart = unit.text("Service", "Restart")
        pause = unit.seconds("Service", "RestartSec")
        interval = unit.anywhere("StartLimitIntervalSec").map(seconds)
        found += [restart, pause, interval]
        holds = holds and restart.value == "always" and interval.value == 0
        holds = holds and 0.5 < pause.value < 2
    return expect(holds, "always; 0.5 < RestartSec < 2; StartLimitIntervalSec=0", *found)


@rule(
    "C75",
    ERROR,
    "All processes see the same cache",
    reads="CACHES BACKEND, processes",
    why="With LocMemCache each process has its own: flags and throttles differ by click.",
    mend="memcached, as CACHE_URL",
)
def cache_is_shared(site: Configuration) -> Outcome:
    if site.apache.processes.value * site.nodes.value < 2:
        raise DoesNotApplyError("There is one process.")
    found = [
        Value(f"CACHES[{alias!r}]", str(cache.get("BACKEND", "")), site.settings.module)
        for alias, cache in site.settings.caches.items()
    ]
    local = ("locmem.LocMemCache", "filebased.FileBasedCache")
    bad = [value for value in found if value.value.endswith(local)]
    return expect(bool(found) and not bad, "a cache that all nodes share", *(bad or found))
