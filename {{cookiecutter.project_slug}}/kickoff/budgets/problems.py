"""What is wrong with a visit, in words: where, the budget, the SQL, the lines that issue it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kickoff.budgets.budget_file import FILE_NAME, Case, Counts
from kickoff.budgets.capture import CacheCall, Capture, Statement
from kickoff.budgets.labels import shortened
from kickoff.budgets.origins import Origin

SHOWN_PLACES = 3  # of one label
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


@dataclass(frozen=True)
class Group:
    """Equal statements, or cache calls, from one place."""

    times: int
    first: Statement | CacheCall

    def lines(self) -> Iterator[str]:
        if isinstance(self.first, Statement):
            yield shortened(self.first.sql)
        origin = self.first.origin
        remedy = self.first.remedy if isinstance(self.first, Statement) else None
        if origin == Origin():
            return  # One of the project's own caches: they say what, not where.
        if self.times > 1:
            repeated = "N+1: " if isinstance(self.first, Statement) else ""
            cure = f"; {remedy}" if remedy else ""
            yield f"{repeated}{self.times} × {self.first.label} from {origin}{cure}"
        else:
            yield f"from {origin}"
        if origin.templates and origin.python:
            line = origin.python
            yield f"Python: {line.path}:{line.line} in {line.function}"


def over_or_under(
    case: Case, state: str, budget: Counts, actual: Counts, capture: Capture, entry_line: int
) -> Problem | None:
    """None when every label has the number that the budget says."""
    labels = [
        (kind, label, budget.of(kind).get(label, 0), actual.of(kind).get(label, 0))
        for kind in NAMES
        for label in sorted({*budget.of(kind), *actual.of(kind)})
    ]
    different = [found for found in labels if found[2] != found[3]]
    if not different:
        return None
    more = [found for found in different if found[3] > found[2]]
    details = [_totals(budget, actual)]
    if budget.total("queries") and not capture.statements:
        details.append("No statement was captured: does the page still read what it shows?")
    for kind, label, allowed, made in sorted(different, key=lambda found: found[2] - found[3]):
        details.append(f"{label}: budget {allowed}, actual {made} ({made - allowed:+})")
        if made > allowed:
            details += [f"  {line}" for line in describe(capture, kind, label)]
    details.append(_way_out(bool(more)))
    path, line = _place(capture, more) or (FILE_NAME, entry_line)
    return Problem(
        case=str(case),
        kind="above" if more else "below",
        headline=f"{case}, {state}",
        details=details,
        path=path,
        line=line,
        excess=sum(made - allowed for _kind, _label, allowed, made in different),
        budget=_short(budget),
        actual=_short(actual),
    )


def describe(capture: Capture, kind: str, label: str) -> list[str]:
    """The statements of a label with the lines that issued them, the most repeated first."""
    found = groups(capture, kind, label)
    lines = [line for group in found[:SHOWN_PLACES] for line in group.lines()]
    if len(found) > SHOWN_PLACES:
        lines.append(f"and from {len(found) - SHOWN_PLACES} more places")
    return lines


def groups(capture: Capture, kind: str, label: str) -> list[Group]:
    calls: list[Any] = [*(capture.statements if kind == "queries" else capture.cache_calls)]
    calls = [call for call in calls if call.label == label]
    times = Counter(_identity(call) for call in calls)
    firsts = {_identity(call): call for call in reversed(calls)}
    return [Group(number, firsts[identity]) for identity, number in times.most_common()]


def place_of(capture: Capture, labels: Iterable[tuple[str, str]]) -> tuple[str, int] | None:
    """Where the most repeated of these labels (kind, label) is issued in the project."""
    found = [group for kind, label in labels for group in groups(capture, kind, label)]
    for group in sorted(found, key=lambda group: -group.times):
        if group.first.origin.place:
            return group.first.origin.place
    return None


def differences(before: Counts, after: Counts) -> Iterator[tuple[str, str, int, int]]:
    """(kind, label, number before, number after) of what is not equal."""
    for kind in NAMES:
        old, new = before.of(kind), after.of(kind)
        for label in sorted({*old, *new}):
            if old.get(label, 0) != new.get(label, 0):
                yield kind, label, old.get(label, 0), new.get(label, 0)


def sizes_in_words(sizes: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sizes.items())


def _identity(call: Statement | CacheCall) -> tuple[str, object]:
    return (call.shape if isinstance(call, Statement) else call.label, call.origin)


def _place(capture: Capture, more: list[tuple[str, str, int, int]]) -> tuple[str, int] | None:
    worst = sorted(more, key=lambda found: found[2] - found[3])
    for kind, label, _allowed, _made in worst:
        if place := place_of(capture, [(kind, label)]):
            return place
    return None


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
