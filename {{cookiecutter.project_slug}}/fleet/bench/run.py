"""One run: a world, all subjects in turns, a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
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
        results = [with_profile(result, say) for result in results]
    return Report(
        results, {**machine.describe(), **world.versions}, command, plan.rounds, reference.noise
    )


def with_profile(result: Result, say: Say) -> Result:
    """The same with its profile, if it has one and is short of what is required."""
    if result.row.profile is None or not result.is_short:
        return result
    say(f"a profile: {result.row.what}")
    return replace(result, profile=result.row.profile())


def write(report: Report, folder: Path) -> None:
    """The three files of a report."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    document = json.dumps(report.document(), indent=2, ensure_ascii=False)
    (folder / "bench.json").write_text(document + "\n", encoding="utf-8")
    (folder / "docs" / "bench.md").write_text(report.markdown(), encoding="utf-8")
    (folder / "docs" / CHART).write_text(draw(report.results), encoding="utf-8")
