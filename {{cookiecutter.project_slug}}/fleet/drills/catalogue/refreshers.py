"""The refresher of the cache, and its standby."""

from __future__ import annotations

from fleet.drills.drill import Drill
from fleet.drills.processes import DrillProbe, probe_environment
from fleet.drills.promises import NO_ERROR, FactAtLeast, FactAtMost
from fleet.drills.scene import Scene
from fleet.drills.truth import BEHIND_S
from fleet.up.servers import Refresher

TAKEOVER = "takeover after s"
LEASE_S = 3.0
LOOKING_S = 0.3  # a standby looks ten times a second, and so do we
TAKEN_OVER = FactAtMost(TAKEOVER, LEASE_S + LOOKING_S, "takeover ≤ 3 s")
TAKEOVER_LIMIT_S = 15.0
NOBODY = "nobody:0:drill"


def killed(scene: Scene) -> None:
    leader = leading(scene)
    scene.undo.callback(_bring_back, leader)
    scene.broken()
    leader.kill()
    _wait_for_another(scene, leader)
    _bring_back(leader)
    scene.mended()


def frozen(scene: Scene) -> None:
    """Thawed again it goes on where it was, while another one leads."""
    leader = leading(scene)
    scene.undo.callback(leader.thaw)
    scene.broken()
    leader.freeze()
    _wait_for_another(scene, leader)
    scene.wait(scene.lengths.outage_s - scene.facts[TAKEOVER])
    leader.thaw()
    scene.mended()
    scene.wait(scene.lengths.outage_s / 2)


def two_at_once(scene: Scene) -> None:
    """One that asks nobody whether it may."""
    folder = scene.fleet.folder / "drills"
    environment = probe_environment(scene.fleet.environment)
    second = DrillProbe("second_refresher", environment, folder / "second.log")
    scene.undo.callback(second.end)
    second.answer()
    scene.broken()
    scene.facts["rounds of the second"] = second.ask("work", scene.lengths.outage_s)
    scene.mended()


def lock_lost(scene: Scene) -> None:
    """The row of the lease is somebody else's, who has just died."""
    scene.broken()
    _sql(
        scene,
        f"UPDATE caching_leader SET holder = '{NOBODY}', "
        f"expires_at = UTC_TIMESTAMP(6) + INTERVAL {LEASE_S:g} SECOND",
    )
    scene.facts[TAKEOVER] = scene.wait_until(
        lambda: holder(scene) != NOBODY, "somebody leads", TAKEOVER_LIMIT_S
    )
    scene.mended()


def leading(scene: Scene) -> Refresher:
    pid = _pid(holder(scene))
    return next(refresher for refresher in scene.fleet.refreshers if refresher.pid == pid)


def holder(scene: Scene) -> str:
    return _sql(scene, "SELECT holder FROM caching_leader").strip()


def _wait_for_another(scene: Scene, leader: Refresher) -> None:
    before = holder(scene)
    scene.facts[TAKEOVER] = scene.wait_until(
        lambda: holder(scene) != before, "another one leads", TAKEOVER_LIMIT_S
    )


def _pid(name: str) -> int:
    """Holders are called host:pid:token."""
    return int(name.split(":")[1])


def _sql(scene: Scene, statement: str) -> str:
    mariadb, site = scene.fleet.mariadb, scene.fleet.shape.site.name
    return mariadb.run(f"USE {site}; {statement}").stdout


def _bring_back(refresher: Refresher) -> None:
    if not refresher.is_running:
        refresher.start()


OLDER_S = BEHIND_S + LEASE_S

DRILLS = [
    Drill(
        "refresher-killed",
        "the refresher killed",
        killed,
        [NO_ERROR, TAKEN_OVER],
        behind_s=OLDER_S,
    ),
    Drill(
        "refresher-frozen",
        "the refresher frozen, thawed after the takeover",
        frozen,
        [NO_ERROR, TAKEN_OVER],
        behind_s=OLDER_S,
    ),
    Drill(
        "refreshers-two",
        "two refreshers at once",
        two_at_once,
        [NO_ERROR, FactAtLeast("rounds of the second", 5, "no backward page")],
    ),
    Drill(
        "refresher-lock-lost",
        "the refresher's lock lost",
        lock_lost,
        [NO_ERROR, TAKEN_OVER],
        behind_s=OLDER_S,
    ),
]
