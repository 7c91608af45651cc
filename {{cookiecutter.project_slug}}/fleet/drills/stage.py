"""The running fleet with its visitors: on it one drill after the other is performed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import msgspec

from fleet.drills.drill import Drill, Result, judged, not_run
from fleet.drills.evidence import Commit, Evidence, Request
from fleet.drills.notary import Notary
from fleet.drills.processes import DrillProbe, VisitorsProcess, probe_environment
from fleet.drills.scene import DrillError, Lengths, Scene
from fleet.drills.visitors.plan import Manager, Plan, write_plan
from fleet.interruption import held
from fleet.up import FleetError, RunningFleet

MANAGERS = 8
WARMING_UP = 8  # at once, so that they spread over the processes of a node
CALM_S = 1.0  # so long nothing fails: then all is normal
NORMAL_LIMIT_S = 60.0
IN_FLIGHT_LIMIT_S = 45.0  # longer than the most patient visitor


class Stage:
    """See `stage`, which makes and ends one."""

    def __init__(self, fleet: RunningFleet, folder: Path, lengths: Lengths) -> None:
        self._fleet, self._folder, self._lengths = fleet, folder, lengths
        self._requests: list[Request] = []
        self._read_bytes = 0
        self._ended = time.monotonic()

    def prepare(self, stack: ExitStack) -> None:
        """Starts everybody; they end with the stack."""
        environment = probe_environment(self._fleet.environment)

        def probe(role: str) -> DrillProbe:
            with held():
                started = DrillProbe(role, environment, self._folder / f"{role}.log")
                stack.callback(started.end)
            started.answer()
            return started

        self._notary = Notary(self._fleet, probe("world"))
        world = self._notary.open_books(MANAGERS)
        self._leagues = world["leagues"]
        self._feed, self._slots = probe("feed"), probe("slots")
        self._feed.ask("play", world["matches"])
        self._slots.ask("watch", world["matches"])
        with held():
            log = self._folder / "visitors.log"
            self._visitors = VisitorsProcess(self._plan(world), log)
            stack.callback(self._visitors.end)
        self._visitors.waiting_since()
        self._warm_up(world)

    def _warm_up(self, world: dict[str, Any]) -> None:
        """Every process of every node has seen every page, as those of a site in use have."""
        with ThreadPoolExecutor(WARMING_UP) as pool:
            for page in [*world["pages"], *world["boards"]]:
                for node in self._fleet.nodes:
                    for asked in [pool.submit(node.direct, page) for _ in range(WARMING_UP)]:
                        asked.result()

    def perform(self, drill: Drill) -> Result:
        """Breaks, mends, and judges once all is normal again."""
        if reason := drill.missing():
            return not_run(drill, reason)
        scene = Scene(self._fleet, self._lengths, self.requests, self._leagues)
        began, problems = self._ended, []
        try:
            self._wait_until_normal(scene)
            with scene.undo:
                drill.act(scene)
            self._wait_until_normal(scene)
        except (DrillError, FleetError, OSError, RuntimeError) as error:
            problems.append(str(error))
        # So that what is too old by then is seen.
        mended_at = scene.mended_at or time.monotonic()
        scene.wait(mended_at + drill.behind_s + CALM_S - time.monotonic())
        evidence = self._evidence(scene, began)
        result = judged(drill, evidence)
        return Result(drill, evidence, [*problems, *result.problems])

    def requests(self) -> list[Request]:
        """All that have ended until now."""
        with self._log.open("rb") as file:
            file.seek(self._read_bytes)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        self._requests += (_request.decode(line) for line in whole.splitlines())
        return self._requests

    def _wait_until_normal(self, scene: Scene) -> None:
        """All nodes get requests, and nothing has failed for a while."""
        since = time.monotonic()

        def is_normal() -> bool:
            calm_since = max(since, time.monotonic() - CALM_S)
            ended = reversed(self.requests())
            recent = list(takewhile(lambda request: request.ended > calm_since, ended))
            failed = any(request.is_failed for request in recent)
            is_long_enough = time.monotonic() - since > CALM_S
            return is_long_enough and bool(recent) and not failed and all(self._up(scene))

        scene.wait_until(is_normal, "normal again", NORMAL_LIMIT_S)

    def _up(self, scene: Scene) -> Iterator[bool]:
        for status in scene.states().values():
            yield status.startswith("UP")

    def _evidence(self, scene: Scene, began: float) -> Evidence:
        ended = time.monotonic()
        give_up_at = ended + IN_FLIGHT_LIMIT_S
        while self._visitors.waiting_since() < ended and time.monotonic() < give_up_at:
            time.sleep(0.1)
        requests, slots = self.requests(), self._slots.ask("seen")
        scene.facts["looks at slots"] = slots["looks"]
        broken_at = scene.broken_at or began
        evidence = Evidence(
            requests=[r for r in requests if began < r.started <= ended],
            began=began,
            broken_at=broken_at,
            mended_at=scene.mended_at or broken_at,
            ended=ended,
            commits=[Commit(*row) for row in self._feed.ask("commits")],
            facts=scene.facts,
            lost=self._notary.lost(r for r in requests if r.started <= ended),
            backward=slots["backward"],
        )
        self._ended = ended
        return evidence

    @property
    def _log(self) -> Path:
        return self._folder / "requests"

    def _plan(self, world: dict[str, Any]) -> Path:
        path = self._folder / "plan.json"
        domain, port = self._fleet.shape.site.domain, self._fleet.haproxy.port
        plan = Plan(
            port=port,
            host=f"{domain}:{port}",
            log=str(self._log),
            pages=tuple(world["pages"]),
            boards=tuple(world["boards"]),
            managers=msgspec.convert(world["managers"], tuple[Manager, ...]),
        )
        write_plan(plan, path)
        return path


_request = msgspec.json.Decoder(Request)


@contextmanager
def stage(
    fleet: RunningFleet, lengths: Lengths, say: Callable[[str], object] = str
) -> Iterator[Stage]:
    """Visitors, a match and everybody who watches them, on a fleet that runs."""
    with ExitStack() as stack:
        made = Stage(fleet, fleet.new_folder("drills"), lengths)
        say("letting visitors in")
        made.prepare(stack)
        yield made
