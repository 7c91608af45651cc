"""What is wrong with a visit, in words: where, the budget, the SQL, the lines that issue it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from kickoff.budgets.budget_file import FILE_NAME, Case, Counts
from kickoff.budgets.capture import Capture
from kickoff.budgets.git import Changes
from kickoff.budgets.places import Group, at_fault, describe, groups, place_of

NAMES = {"queries": ("query", "queries"), "cache": ("cache call", "cache calls")}


@dataclass(frozen=True)
class Problem:
    """One finding. `path` and `line` are where an annotation stands; `excess` puts them in order.

    It is made of plain values: it travels from the processes of xdist to the one that reports.
    """

    case: str
    kind: str
    headline: str
    details: list[str] = field(default_factory=list)
    path: str = FILE_NAME
    line: int = 1
    excess: int = 0
    budget: str = ""
    actual: str = ""

    def __str__(self) -> str:
        return "\n".join([self.headline, *(f"  {line}" for line in self.details)])

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def over_or_under(
    case: Case,
    state: str,
    budget: Counts,
    actual: Counts,
    capture: Capture,
    entry_line: int,
    changes: Changes,
) -> Problem | None:
    """None when every label has the number that the budget says."""
    found = sorted(differences(budget, actual), key=lambda one: one.before - one.after)
    if not found:
        return None
    details = [_totals(budget, actual)]
    guilty: list[Group] = []
    for one in found:
        details.append(f"{one.label}: budget {one.before}, actual {one.after} ({one.excess:+})")
        if one.excess > 0:
            made = groups(capture, one.kind, one.label, one.excess)
            new = at_fault(made, one.before, one.excess, changes)
            if not new:
                details.append("  one of these is new:" if one.excess == 1 else "  among these:")
            details += describe([*new, *(group for group in made if group not in new)])
            guilty += new
    is_above = any(one.excess > 0 for one in found)
    path, line = place_of(guilty) or (FILE_NAME, entry_line)
    return Problem(
        case=str(case),
        kind="above" if is_above else "below",
        headline=f"{case}, {state}",
        details=[*details, _way_out(is_above)],
        path=path,
        line=line,
        excess=sum(one.excess for one in found),
        budget=_short(budget),
        actual=_short(actual),
    )


class Difference(NamedTuple):
    """A label whose numbers are not equal."""

    kind: str
    label: str
    before: int
    after: int

    @property
    def excess(self) -> int:
        return self.after - self.before


def differences(before: Counts, after: Counts) -> Iterator[Difference]:
    for kind in NAMES:
        old, new = before.of(kind), after.of(kind)
        for label in sorted({*old, *new}):
            if old.get(label, 0) != new.get(label, 0):
                yield Difference(kind, label, old.get(label, 0), new.get(label, 0))


def sizes_in_words(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sizes.items())


def _totals(budget: Counts, actual: Counts) -> str:
    return "; ".join(
        f"{NAMES[kind][1]}: budget {budget.total(kind)}, actual {actual.total(kind)}"
        for kind in NAMES
    )


def _short(counts: Counts) -> str:
    return ", ".join(
        f"{(number := counts.total(kind))} {NAMES[kind][number != 1]}" for kind in NAMES
    )


def _way_out(is_above: bool) -> str:
    if is_above:
        return (
            f"If it must be so: pytest --budgets=update {FILE_NAME}, and give the entry "
            'a reason = "…".'
        )
    return f"Better than its budget: keep it so with pytest --budgets=tighten {FILE_NAME}"
