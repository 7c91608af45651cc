"""From the start of a process to its first answer, beside an empty Django project."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from statistics import median

from fleet.bench.processes import BenchError
from fleet.bench.requirements import AtMost
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

FIRST_ANSWER = "fleet.bench.peers.first_answer"
EMPTY = "fleet.bench.peers.empty_project"


class Start:
    name = "start"
    rows = (
        Row(
            "start",
            "from the start of a process to its first answer, a hot league page, against an empty "
            "Django project and its empty page",
            "×",
            AtMost(1.5),
        ),
    )

    def __init__(self, world: World) -> None:
        self._times = world.plan.starts
        self._release = world.node.release
        page = world.match_day.ask("paths")[0][0]
        world.node.page(page)
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
        self._site = ["config.wsgi", page], {**world.node.environment, **settings}
        self._empty = [EMPTY, "/"], {**world.node.environment, "DJANGO_SETTINGS_MODULE": EMPTY}
        for command in (self._site, self._empty):
            self._first_answer(*command)  # compiles its modules

    def measure(self) -> Mapping[str, Measured]:
        ours, empty = [], []
        for _ in range(self._times):
            ours.append(self._first_answer(*self._site))
            empty.append(self._first_answer(*self._empty))
        parts = {"site s": median(ours), "empty project s": median(empty)}
        return {"start": Measured(median(ours) / median(empty), parts)}

    def _first_answer(self, arguments: list[str], environment: Mapping[str, str]) -> float:
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", FIRST_ANSWER, *arguments],
            cwd=self._release,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise BenchError(f"{arguments[0]} gave no answer.\n{done.stderr[-2000:]}")
        return float(done.stdout) - started
