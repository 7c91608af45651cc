"""A daemon process, a node, most of the nodes."""

from __future__ import annotations

import os
import signal

from fleet.drills.drill import Drill
from fleet.drills.evidence import Kind
from fleet.drills.promises import (
    NO_ERROR,
    NO_FAILED_READ,
    FactAtLeast,
    FactAtMost,
    FewFail,
    NoSpike,
    NotFlooded,
)
from fleet.drills.scene import Scene
from fleet.up.servers import WebNode

REPLACED_S = 5.0
IN_FLIGHT = "requests in flight"
OUT_AFTER = "out after s"
# haproxy.cfg: inter 3 s, then twice fastinter 0.5 s; half a second for a busy machine.
OUT_S = 4.5
# The same, and each of the three checks waits for its time-out of 2 s.
OUT_FROZEN_S = OUT_S + 3 * 2
BACK_LIMIT_S = 20.0
LOOKED_AT_S = 2.0  # when a node is back: for NoSpike


def daemon_killed(scene: Scene) -> None:
    node = scene.fleet.nodes[0]
    before = node.daemon_pids
    scene.facts[IN_FLIGHT] = scene.fleet.shape.application.threads
    scene.broken()
    os.kill(before[0], signal.SIGKILL)
    scene.mended()  # the rest is Apache's

    def is_replaced() -> bool:
        now = node.daemon_pids
        return len(now) == len(before) and before[0] not in now

    scene.facts["replaced after s"] = scene.wait_until(is_replaced, "another process", REPLACED_S)


def node_stopped(scene: Scene) -> None:
    node = scene.fleet.nodes[0]
    scene.undo.callback(_bring_back, node)
    scene.facts[IN_FLIGHT] = _slots(scene)
    scene.broken()
    node.kill()
    scene.facts[OUT_AFTER] = scene.wait_until(lambda: not scene.is_up(node.name), "out", OUT_S + 5)
    scene.wait(scene.lengths.outage_s - scene.facts[OUT_AFTER])
    _bring_back(node)
    scene.mended()
    scene.wait_until(lambda: scene.is_up(node.name), "back in", BACK_LIMIT_S)
    scene.wait(LOOKED_AT_S)


def node_frozen(scene: Scene) -> None:
    node = scene.fleet.nodes[0]
    scene.undo.callback(node.thaw)
    most = 0

    def is_out() -> bool:
        nonlocal most
        row = scene.fleet.haproxy.servers("app")[node.name]
        most = max(most, int(row["scur"]))
        return not row["status"].startswith("UP")

    scene.broken()
    node.freeze()
    scene.facts[OUT_AFTER] = scene.wait_until(is_out, "out", OUT_FROZEN_S + 5)
    scene.facts[IN_FLIGHT] = most
    scene.wait(scene.lengths.outage_s - scene.facts[OUT_AFTER])
    node.thaw()
    scene.mended()
    scene.wait_until(lambda: scene.is_up(node.name), "back in", BACK_LIMIT_S)
    scene.wait(LOOKED_AT_S)


def most_nodes_unready(scene: Scene) -> None:
    """The load balancer is told, as if /readyz had said so."""
    tell, names = scene.fleet.haproxy.tell, [node.name for node in scene.fleet.nodes]
    for name in names:
        scene.undo.callback(tell, f"enable health app/{name}")
        tell(f"disable health app/{name}")
    scene.broken()
    for unready in (names[1:], names[:1]):  # first all but one, then the last one, too
        for name in unready:
            tell(f"set server app/{name} health down")
        scene.wait(scene.lengths.outage_s)
    since = scene.broken_at or 0.0
    scene.facts["answers fail-open"] = sum(
        request.fail_open for request in scene.requests() if request.started > since
    )
    scene.mended()
    scene.undo.close()


def node_replaced(scene: Scene) -> None:
    node = scene.fleet.nodes[-1]
    scene.undo.callback(_bring_back, node)
    scene.undo.callback(node.drain_file.unlink, missing_ok=True)
    scene.broken()
    scene.fleet.manage("drain", node=node)
    scene.wait_until(lambda: not scene.is_up(node.name), "drained", BACK_LIMIT_S)
    wait_for_the_last(scene, node)
    node.stop()
    scene.wait(scene.lengths.outage_s / 4)
    node.start()
    scene.fleet.manage("undrain", node=node)
    scene.mended()
    scene.wait_until(lambda: scene.is_up(node.name), "back in", BACK_LIMIT_S)


def wait_for_the_last(scene: Scene, node: WebNode) -> None:
    """Until nobody is on it, by either way that leads there."""

    def is_empty() -> bool:
        rows = (scene.fleet.haproxy.servers(name)[node.name] for name in ("app", "app_any"))
        return all(row["scur"] == "0" for row in rows)

    scene.wait_until(is_empty, f"nobody on {node.name}", BACK_LIMIT_S)


def _bring_back(node: WebNode) -> None:
    if not node.is_running:
        node.start()


def _slots(scene: Scene) -> int:
    return int(scene.fleet.haproxy.servers("app")[scene.fleet.nodes[0].name]["slim"])


DRILLS = [
    Drill(
        "daemon-killed",
        "one daemon process killed",
        daemon_killed,
        [
            FewFail(IN_FLIGHT, "at most its in-flight requests fail"),
            FactAtMost("replaced after s", REPLACED_S, "replaced"),
        ],
    ),
    Drill(
        "node-stopped",
        "one node stopped (SIGKILL)",
        node_stopped,
        [
            NO_FAILED_READ,
            FewFail(IN_FLIGHT, "at most its in-flight saves fail", (Kind.SAVE,)),
            FactAtMost(OUT_AFTER, OUT_S, "out within the check interval"),
            NoSpike(),
        ],
    ),
    Drill(
        "node-frozen",
        "one node frozen (SIGSTOP)",
        node_frozen,
        [
            FewFail(IN_FLIGHT, "at most its in-flight requests fail"),
            FactAtMost(OUT_AFTER, OUT_FROZEN_S, "out within the check interval"),
            NoSpike(),
        ],
    ),
    Drill(
        "nodes-unready",
        "two of three nodes unready, then all",
        most_nodes_unready,
        [
            NO_ERROR,
            NotFlooded(0.6),
            FactAtLeast("answers fail-open", 1, "still served by all that live"),
        ],
    ),
    Drill("node-replaced", "a node drained, replaced, undrained", node_replaced, [NO_ERROR]),
]
