"""One run: a world, all subjects in turns, a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from fleet.bench import machine
from fleet.bench.chart import draw
from fleet.bench.plan import Plan
from fleet.bench.report import CHART, Report, Result
from fleet.bench.rows import Subject
from fleet.bench.sampling import ReferenceLoop, in_turns
from fleet.bench.world import World

Say = Callable[[str], None]


def run(subjects: Sequence[type[Subject]], plan: Plan, command: str, say: Say) -> Report:
    """Measures these subjects. Raises BenchError when something is missing or fails.

    When it returns or raises, all its processes and files are gone.
    """
    reference = ReferenceLoop()
    with World(plan, say) as world:
        ready = [subject(world) for subject in subjects]

        def before_each(number: int, name: str) -> None:
            reference.run()
            say(f"round {number} of {plan.rounds}: {name}")

        measures = {subject.name: subject.measure for subject in ready}
        found = in_turns(measures, plan.rounds, before_each)
        rows = [row for subject in ready for row in subject.rows]
        reference.run()
    results = [Result(row, found.get(row.key, ()), reference.noise) for row in rows]
    return Report(
        results, {**machine.describe(), **world.versions}, command, plan.rounds, reference.noise
    )


def write(report: Report, folder: Path) -> None:
    """The three files of a report."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    document = json.dumps(report.document(), indent=2, ensure_ascii=False)
    (folder / "bench.json").write_text(document + "\n", encoding="utf-8")
    (folder / "docs" / "bench.md").write_text(report.markdown(), encoding="utf-8")
    (folder / "docs" / CHART).write_text(draw(report.results), encoding="utf-8")
