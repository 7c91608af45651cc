"""MariaDB."""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import Any

from fleet.drills.drill import Drill
from fleet.drills.evidence import Kind
from fleet.drills.promises import PUBLIC_SERVED, FactAtLeast, Recovers, RefusedClearly
from fleet.drills.scene import Scene

# connect 2 s, read 10 s (config/settings.py), and the pool's 3 s before them.
SAVES = RefusedClearly(within_s=15.0, kinds=(Kind.SAVE, Kind.OWN))
BACK_S = 2.0
HELD = "connections held"


def stopped(scene: Scene) -> None:
    scene.outage(scene.fleet.mariadb.stop, lambda: start(scene))


def frozen(scene: Scene) -> None:
    scene.outage(scene.fleet.mariadb.freeze, scene.fleet.mariadb.thaw)


def restarted(scene: Scene) -> None:
    scene.undo.callback(start, scene)
    scene.broken()
    scene.fleet.mariadb.stop()
    start(scene)
    scene.mended()


def exhausted(scene: Scene) -> None:
    """Somebody else takes all connections that are left, also that of the administrator."""
    held: list[Any] = []

    def let_go() -> None:
        while held:
            held.pop().close()

    scene.undo.callback(let_go)
    mysql = importlib.import_module("MySQLdb")
    scene.broken()
    with suppress(mysql.OperationalError):  # Too many connections
        while True:
            held.append(_connection(scene, mysql))
    scene.facts[HELD] = len(held)
    scene.wait(scene.lengths.outage_s)
    let_go()
    scene.mended()


def start(scene: Scene) -> None:
    if not scene.fleet.mariadb.is_running:
        scene.fleet.mariadb.start()


def _connection(scene: Scene, mysql: Any) -> Any:
    return mysql.connect(unix_socket=str(scene.fleet.mariadb.socket), user="root")


def _drill(name: str, breaks: str, act: Any, *more: Any) -> Drill:
    # While the database is away nothing changes; but the marks of the last moment wait as well.
    return Drill(name, breaks, act, [PUBLIC_SERVED, SAVES, Recovers(BACK_S), *more],
                 behind_s=5.0, may_stand_still=True)  # fmt: skip


DRILLS = [
    _drill("database-stopped", "MariaDB stopped", stopped),
    _drill("database-frozen", "MariaDB frozen", frozen),
    _drill("database-restarted", "MariaDB restarted", restarted),
    _drill(
        "database-exhausted",
        "all connections of MariaDB taken",
        exhausted,
        FactAtLeast(HELD, 10, "none is left"),
    ),
]
