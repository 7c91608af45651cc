"""memcached: one of the two, and both."""

from __future__ import annotations

from collections.abc import Callable

from fleet.drills.drill import Drill
from fleet.drills.evidence import ALL
from fleet.drills.promises import (
    PUBLIC_SERVED,
    FactAtLeast,
    FactAtMost,
    Promise,
    RefusedClearly,
)
from fleet.drills.queries import QueryLog, query_log
from fleet.drills.scene import Scene
from fleet.up.servers import Cache

BUILDS = "builds per key"
BUILT = "keys built"
QUERIES = "queries per second, times those before"
# Without the store a process shows what it has seen last. Apache's cache leaves the processes of a
# node one look at a page per second: with a few of them each looks every few seconds, now and then
# not for long.
LAST_KNOWN_S = 20.0
MEASURED_S = 2.0  # before anything is broken
AFTERWARDS_S = 1.0  # what was missed while it was broken is built by then
BUILDS_ONCE = FactAtMost(BUILDS, 1, "each key is built once at most")
BOUNDED = FactAtMost(QUERIES, 3, "queries per second at most 3 × those before")
SOME_BUILT = FactAtLeast(BUILT, 1, "what was gone is built")


def _measured(scene: Scene, act: Callable[[], None]) -> None:
    """Counts what the database is asked while it acts, and for a moment after."""
    with query_log(scene.fleet.mariadb) as log:
        scene.wait(MEASURED_S)
        before = log.per_s()
        act()
        scene.facts[QUERIES] = log.per_s() / before
        scene.wait(AFTERWARDS_S)
        _count_builds(scene, log)


def _count_builds(scene: Scene, log: QueryLog) -> None:
    builds = log.builds(scene.leagues)
    scene.facts[BUILDS] = max(builds.values())
    scene.facts[BUILT] = sum(count > 0 for count in builds.values())


def killed(scene: Scene) -> None:
    cache = scene.fleet.memcacheds[0]
    _measured(scene, lambda: scene.outage(cache.kill, lambda: start(cache)))


def frozen(scene: Scene) -> None:
    cache = scene.fleet.memcacheds[0]
    _measured(scene, lambda: scene.outage(cache.freeze, cache.thaw))


def flushed(scene: Scene) -> None:
    def act() -> None:
        scene.broken()
        for cache in scene.fleet.memcacheds:
            cache.flush()
        scene.mended()
        scene.wait(scene.lengths.outage_s)

    _measured(scene, act)


def restarted(scene: Scene) -> None:
    cache = scene.fleet.memcacheds[0]

    def act() -> None:
        scene.undo.callback(start, cache)
        scene.broken()
        cache.restart()
        scene.mended()
        scene.wait(scene.lengths.outage_s)

    _measured(scene, act)


def both_gone(scene: Scene) -> None:
    caches = scene.fleet.memcacheds

    def kill() -> None:
        for cache in caches:
            cache.kill()

    def bring_back() -> None:
        for cache in caches:
            start(cache)

    _measured(scene, lambda: scene.outage(kill, bring_back))


def start(cache: Cache) -> None:
    if not cache.is_running:
        cache.start()


def _drill(name: str, breaks: str, act: Callable[[Scene], None], *promises: Promise) -> Drill:
    return Drill(
        name, breaks, act, promises, behind_s=4.0, may_stand_still=True, known_s=LAST_KNOWN_S
    )


ONE = (PUBLIC_SERVED, BUILDS_ONCE, BOUNDED)

DRILLS = [
    _drill("cache-killed", "one memcached killed", killed, *ONE),
    _drill("cache-frozen", "one memcached frozen", frozen, *ONE),
    _drill("cache-flushed", "both memcached flushed", flushed, *ONE, SOME_BUILT),
    _drill("cache-restarted", "one memcached restarted, empty", restarted, *ONE),
    _drill(
        "caches-gone",
        "both memcached gone",
        both_gone,
        RefusedClearly(within_s=5.0, kinds=ALL),
        BOUNDED,
    ),
]
