"""Three times as many requests as the fleet can serve."""

from __future__ import annotations

import msgspec

from fleet.drills.drill import Drill
from fleet.drills.evidence import ALL
from fleet.drills.processes import FloodProcess
from fleet.drills.promises import FactAtLeast, FactAtMost, Recovers, RefusedClearly
from fleet.drills.scene import Scene
from fleet.drills.visitors.flood import FloodPlan, Tally

TIMES = 3.0
# A page that is rendered for each request, as its address is another each time.
ADDRESS = "/players/?page=1&visit={}"
QUEUE_S = 2.0  # haproxy.cfg: timeout queue
SERVED_S = QUEUE_S + 3.0  # and the time for the page itself, with all slots busy
REFUSED_S = QUEUE_S + 1.0
NORMAL_S = 5.0
FULL = 2  # times all slots: so that none is ever empty while the peak is measured
GOODPUT = "goodput, of the peak"
WORST_SERVED, WORST_REFUSED = "worst of the served s", "worst of the refused s"


def three_times(scene: Scene) -> None:
    # Twice: the first ones of a page that nobody has asked for are slower.
    peak_per_s = max(_flood(scene, per_s=0.0).per_s for _ in range(2))
    scene.facts["peak per s"] = peak_per_s
    scene.wait(QUEUE_S)
    scene.broken()
    flood = _flood(scene, per_s=peak_per_s)
    scene.mended()
    scene.facts |= {
        GOODPUT: flood.per_s / peak_per_s,
        "served": flood.served,
        "refused": flood.refused,
        "neither served nor refused": flood.other,
        WORST_SERVED: flood.worst_served_s,
        WORST_REFUSED: flood.worst_refused_s,
    }
    scene.wait(NORMAL_S + 2.0)


def _flood(scene: Scene, per_s: float) -> Tally:
    haproxy, shape = scene.fleet.haproxy, scene.fleet.shape
    slots = int(haproxy.servers("app")[scene.fleet.nodes[0].name]["slim"])
    plan = FloodPlan(
        port=haproxy.port,
        host=f"{shape.site.domain}:{haproxy.port}",
        address=ADDRESS,
        at_once=FULL * slots * len(scene.fleet.nodes),
        seconds=scene.lengths.flood_s if per_s else scene.lengths.flood_s / 2,
        times=TIMES,
        per_s=per_s,
    )
    folder = scene.fleet.folder / "drills"
    process = FloodProcess(plan, folder)
    scene.undo.callback(process.end)
    return msgspec.convert(process.answer(limit_s=plan.seconds + 60), Tally)


DRILLS = [
    Drill(
        "overload",
        "load at 3 × capacity",
        three_times,
        [
            FactAtLeast(GOODPUT, 0.8, "goodput ≥ 80 % of the peak"),
            FactAtMost("neither served nor refused", 0, "the rest get 503"),
            FactAtMost(WORST_REFUSED, REFUSED_S, f"after {REFUSED_S:g} s at most"),
            FactAtMost(WORST_SERVED, SERVED_S, f"who is served waits {SERVED_S:g} s at most"),
            RefusedClearly(within_s=REFUSED_S, kinds=ALL),
            Recovers(NORMAL_S),
        ],
        behind_s=6.0,
    ),
]
