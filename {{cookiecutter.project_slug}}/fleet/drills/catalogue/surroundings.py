"""A disk that is full, a clock that jumps."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path

from fleet.drills import clock
from fleet.drills.catalogue.nodes import BACK_LIMIT_S, wait_for_the_last
from fleet.drills.drill import Drill
from fleet.drills.promises import NO_ERROR, FactAtLeast, FactAtMost
from fleet.drills.scene import DrillError, Scene
from fleet.up.servers import WebNode
from kickoff.testing.processes import ServerProcess

DISK_MB = 1
HOUR_S = 3600
SERVED, NOT_SERVED = "served by its node", "not served by its node"
# Django logs what it does not find, and Apache a request with too many headers.
LOGGED = ["/nowhere/", "/"]


def needs_mount() -> str | None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return "needs root, to mount a small tmpfs"
    return None


def log_disk_full(scene: Scene) -> None:
    node = scene.fleet.nodes[0]
    replaced(scene, node, lambda: _mount(scene, node))
    scene.broken()
    filler = node.logs / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    if shutil.disk_usage(node.logs).free:
        raise DrillError("The disk is not full.")
    served = not_served = 0
    for number in range(int(scene.lengths.outage_s * 10)):
        many = {f"X_{n}": "1" for n in range(60)} if number % 3 == 0 else {}
        node.direct(LOGGED[0], **many)  # a line in the log, for which there is no room
        status = node.direct(LOGGED[1]).status
        served += status == 200
        not_served += status != 200
        scene.wait(0.1)
    scene.facts[SERVED], scene.facts[NOT_SERVED] = served, not_served
    filler.unlink()
    scene.mended()


def clock_jumps(scene: Scene) -> None:
    """The one of a node and its refresher, an hour ahead and back."""
    node = scene.fleet.nodes[0]
    refresher = next(r for r in scene.fleet.refreshers if r.name == node.name)
    theirs = clock.Clock(scene.fleet.folder)
    _start_with(node, theirs.variables)
    _start_with(refresher, theirs.variables)
    refresher.stop()
    refresher.start()
    replaced(scene, node, lambda: None)  # it keeps this clock, which is right when it does not jump
    scene.undo.callback(theirs.jump, 0)
    scene.broken()
    theirs.jump(HOUR_S)
    scene.wait(scene.lengths.outage_s / 2)
    scene.facts["hours ahead"] = _hours_ahead(node, scene.fleet.nodes[-1])
    scene.wait(scene.lengths.outage_s / 2)
    theirs.jump(0)
    scene.mended()


def replaced(scene: Scene, node: WebNode, meanwhile: Callable[[], object]) -> None:
    """Stopped and started again, drained first, so that no visitor notices."""
    scene.undo.callback(node.drain_file.unlink, missing_ok=True)
    node.drain_file.touch()
    scene.wait_until(lambda: not scene.is_up(node.name), "drained", BACK_LIMIT_S)
    wait_for_the_last(scene, node)
    node.stop()
    meanwhile()
    node.start()
    node.drain_file.unlink()
    scene.wait_until(lambda: scene.is_up(node.name), "back in", BACK_LIMIT_S)


def _mount(scene: Scene, node: WebNode) -> None:
    owner = node.folder.stat()
    options = f"size={DISK_MB}m,uid={owner.st_uid},gid={owner.st_gid},mode=755"
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(node.logs))
    scene.undo.callback(_unmount, node.logs)


def _unmount(folder: Path) -> None:
    """From the tree at once; its last file is closed when the node ends."""
    _run("umount", "-l", str(folder))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise DrillError(f"{' '.join(command)}: {done.stderr.strip()}")


def _start_with(server: ServerProcess, variables: Mapping[str, str]) -> None:
    """From its next start on it has these as well."""
    before = server.environment
    server.environment = lambda: {**(before() or {}), **variables}  # type: ignore[method-assign]


def _hours_ahead(node: WebNode, other: WebNode) -> float:
    """By the Date of their answers."""
    dates = [parsedate_to_datetime(n.direct("/").headers["Date"]) for n in (node, other)]
    return (dates[0] - dates[1]).total_seconds() / HOUR_S


DRILLS = [
    Drill(
        "log-disk-full",
        "the disk of a node's logs full",
        log_disk_full,
        [NO_ERROR, FactAtLeast(SERVED, 10, "its node serves"), FactAtMost(NOT_SERVED, 0, "always")],
        missing=needs_mount,
    ),
    Drill(
        "clock-jump",
        "the clock of a node jumps an hour, and back",
        clock_jumps,
        [NO_ERROR, FactAtLeast("hours ahead", 0.9, "nothing changes")],
        missing=clock.missing,
    ),
]
