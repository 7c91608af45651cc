"""From the start of a process to its first answer, beside an empty Django project."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from statistics import median

from fleet.bench.processes import BenchError
from fleet.bench.requirements import AtMost
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World

FIRST_ANSWER = "fleet.bench.peers.first_answer"
SHOWN_IMPORTS = 5
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
            limit="Beside Django it loads what public pages need, so that no request waits for it: "
            "models and page objects, the driver of the database, and all templates of the site, "
            "compiled. The heaviest imports are in the table. SQLAlchemy, which took most of all, "
            "comes with the first connection: that request waits for it, once in the life of a "
            "process.",
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
        self._heaviest = heaviest(self._imports(*self._site), self._imports(*self._empty))

    def measure(self) -> Mapping[str, Measured]:
        ours, empty = [], []
        for _ in range(self._times):
            ours.append(self._first_answer(*self._site))
            empty.append(self._first_answer(*self._empty))
        parts = {"site s": median(ours), "empty project s": median(empty)}
        parts |= {f"import {name} ms": ms for name, ms in self._heaviest.items()}
        return {"start": Measured(median(ours) / median(empty), parts)}

    def _first_answer(self, arguments: list[str], environment: Mapping[str, str]) -> float:
        started = time.monotonic()
        return float(self._run(arguments, environment).stdout) - started

    def _imports(self, arguments: list[str], environment: Mapping[str, str]) -> str:
        """What Python tells about its imports."""
        return self._run(arguments, environment, "-X", "importtime").stderr

    def _run(
        self, arguments: list[str], environment: Mapping[str, str], *options: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, *options, "-m", FIRST_ANSWER, *arguments],
            cwd=self._release,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise BenchError(f"{arguments[0]} gave no answer.\n{done.stderr[-2000:]}")
        return done


def heaviest(imports: str, others: str) -> dict[str, float]:
    """The packages whose import takes most time, in ms, beyond what they take in the others."""
    ours, theirs = by_package(imports), by_package(others)
    more = {name: ms - theirs.get(name, 0.0) for name, ms in ours.items()}
    return dict(sorted(more.items(), key=lambda one: -one[1])[:SHOWN_IMPORTS])


def by_package(imports: str) -> dict[str, float]:
    """The time of its own modules, in ms, for each package that `-X importtime` names."""
    found: dict[str, float] = defaultdict(float)
    for own_us, name in re.findall(r"(?m)^import time: +(\d+) \| +\d+ \| +(\w+)", imports):
        found[name] += int(own_us) / 1000
    return dict(found)
