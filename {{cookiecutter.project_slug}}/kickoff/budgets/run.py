"""One run of pytest with budgets: its mode, its file, what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from kickoff.budgets.budget_file import FILE_NAME, Budgets, Case, Counts, read_budgets
from kickoff.budgets.budget_writing import line_of, rewritten, write
from kickoff.budgets.git import Changes, changes_since
from kickoff.budgets.origins import OriginFinder
from kickoff.budgets.plan import Plan
from kickoff.budgets.problems import Problem
from kickoff.budgets.raises import raises_between
from kickoff.budgets.routes import all_routes
from kickoff.budgets.updating import tightened, updated

RUN = pytest.StashKey["Run"]()
# What a test leaves at its item, as plain values: its report carries them on.
VERDICT = pytest.StashKey[dict[str, Any]]()
PROBLEMS = pytest.StashKey[list[dict[str, Any]]]()


@dataclass
class Run:
    """`verdicts` and `problems` are those of all processes: they arrive with the reports."""

    config: pytest.Config
    mode: str
    base: str
    is_asked_for: bool = False  # by an option
    has_begun: bool = False
    verdicts: dict[Case, dict[str, Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.config.rootpath

    @property
    def path(self) -> Path:
        return self.root / FILE_NAME

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8") if self.path.exists() else ""

    @cached_property
    def budgets(self) -> Budgets:
        return read_budgets(self.text)

    @cached_property
    def plan(self) -> Plan:
        return Plan(all_routes(), self.budgets, self._is_ours)

    def _is_ours(self, module: str) -> bool:
        spec = find_spec(module) if module else None
        return spec is not None and bool(self.finder.below_root(spec.origin or ""))

    @cached_property
    def finder(self) -> OriginFinder:
        plumbing = self.config.getini("budgets_plumbing")
        return OriginFinder(self.root, tuple(self.root / folder for folder in plumbing))

    @cached_property
    def changes(self) -> Changes:
        """What is new since the base, if there is one."""
        return changes_since(self.base, self.root) if self.base else Changes()

    def line_of(self, case: Case) -> int:
        """Where the entry of a case stands in the file."""
        return line_of(case, self.text)

    def arrive(self, verdict: dict[str, Any] | None, problems: list[dict[str, Any]]) -> None:
        """Takes what a test has left."""
        self.has_begun = True
        if verdict is not None:
            self.verdicts[Case(*verdict["case"])] = verdict
        self.problems += [Problem(**problem) for problem in problems]

    def forgives(self, kind: str) -> bool:
        """Whether this run writes down what it finds, instead of failing."""
        return self.mode == "update" or (self.mode == "tighten" and kind == "below")

    def write(self) -> bool:
        """Writes the entries of what ran. What was not visited keeps its entry, unless everything
        was visited: then the entries that nothing belongs to go.

        Returns whether all that ran could be written, but for what its test has complained of.
        """
        never_shown = self._never_shown()
        sound = {
            case: found
            for case, found in self.verdicts.items()
            if found["is_sound"] and case.route not in never_shown
        }
        entries = {}
        for case, found in sound.items():
            old = self.budgets.entries.get(case)
            counts = {state: Counts(**numbers) for state, numbers in found["counts"].items()}
            if self.mode == "update":
                entries[case] = updated(old, found["status"], counts, found["vendor"])
            elif old is not None and old.status == found["status"]:
                entries[case] = tightened(old, counts, found["vendor"])
        changed = {
            case: entry
            for case, entry in entries.items()
            if entry != self.budgets.entries.get(case)
        }
        is_complete = set(self.plan.cases) <= set(sound)
        stale = self.plan.stale() if is_complete and self.mode == "update" else []
        if changed or stale:
            write(self.path, rewritten(self.text, changed, stale))
        self.outcome.append(
            f"{FILE_NAME}: {len(changed)} entries written, {len(stale)} removed, "
            f"{len(entries) - len(changed)} as they were"
        )
        if not is_complete:
            kept = len(self.plan.cases) - len(sound)
            self.outcome.append(f"{kept} were not visited, or have flaws: they keep their entries")
        self._remind_of_reasons(changed)
        return not never_shown

    def _never_shown(self) -> set[str]:
        """The routes whose new numbers would be those of no page."""
        statuses = {case: entry.status for case, entry in self.budgets.entries.items()}
        statuses |= {case: found["status"] for case, found in self.verdicts.items()}
        found = [
            (key, text)
            for key, text in self.plan.never_shown(statuses)
            if any(case.route == key for case in self.verdicts)
        ]
        self.outcome += [text for _key, text in found]
        return {key for key, _text in found}

    def _remind_of_reasons(self, changed: dict[Case, Any]) -> None:
        for case, entry in changed.items():
            old = self.budgets.entries.get(case)
            if old is not None and any(raises_between(old, entry)):
                self.outcome.append(f'{case} is raised: write into its entry why, reason = "…"')
