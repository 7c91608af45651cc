"""Equal statements from one place, and which of a label's places are at fault."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kickoff.budgets.capture import CacheCall, Capture, Statement
from kickoff.budgets.git import Changes
from kickoff.budgets.labels import shortened
from kickoff.budgets.origins import Origin

SHOWN_PLACES = 5  # of one label

Identity = tuple[str, Origin]


@dataclass(frozen=True)
class Group:
    """Equal statements, or cache calls, from one place."""

    times: int
    first: Statement | CacheCall
    is_same: bool = False  # with the same values each time

    def lines(self) -> Iterator[str]:
        """The SQL, the line of the template with its includes, the line of Python."""
        origin = self.first.origin
        if isinstance(self.first, Statement):
            yield shortened(self.first.sql)
        if origin == Origin():
            return  # One of the project's own caches: they say what, not where.
        yield self._issued_from()
        if origin.templates and origin.python:
            line = origin.python
            yield f"Python: {line.path}:{line.line} in {line.function}"

    def _issued_from(self) -> str:
        if self.times == 1:
            return f"from {self.first.origin}"
        repeated = f"{self.times} × {self.first.label} from {self.first.origin}"
        if not isinstance(self.first, Statement):
            return repeated
        if self.is_same:
            times = f"the same query {self.times} times"
            return f"{times}: {self.first.label} from {self.first.origin}"
        remedy = f"; {self.first.remedy}" if self.first.remedy else ""
        return f"N+1: {repeated}{remedy}"


def groups(capture: Capture, kind: str, label: str, excess: int) -> list[Group]:
    """All that a label stands for. First what was made just as often as there are too many, then
    the most repeated."""
    found = _groups(capture, kind, label).values()
    return sorted(found, key=lambda group: (group.times != excess, -group.times))


def at_fault(found: Sequence[Group], budget: int, excess: int, changes: Changes) -> list[Group]:
    """Those of a label's groups that there should not be: all when the budget has none, or the only
    one that is large enough. When each could be, those with new lines; none when nothing is known.
    """
    if not budget or len(found) == 1:
        return list(found)
    large_enough = [group for group in found if group.times >= excess]
    if excess > 1 and len(large_enough) == 1:
        return large_enough
    return [group for group in found if changes.touch(group.first.origin)]


def grown(before: Capture, after: Capture, kind: str, label: str) -> list[Group]:
    """What was made more often than before, the fastest growing first."""
    old = _groups(before, kind, label)
    new = _groups(after, kind, label)
    more = {key: group.times - (old[key].times if key in old else 0) for key, group in new.items()}
    keys = sorted((key for key in new if more[key] > 0), key=lambda key: -more[key])
    return [new[key] for key in keys]


def describe(found: Sequence[Group]) -> list[str]:
    """Lines for a message, indented below their label."""
    lines = [f"  {line}" for group in found[:SHOWN_PLACES] for line in group.lines()]
    if len(found) > SHOWN_PLACES:
        lines.append(f"  and from {len(found) - SHOWN_PLACES} more places")
    return lines


def place_of(found: Iterable[Group]) -> tuple[str, int] | None:
    """The file of the project, and the line, of the first group that has one."""
    return next((place for group in found if (place := group.first.origin.place)), None)


def _groups(capture: Capture, kind: str, label: str) -> dict[Identity, Group]:
    calls: Sequence[Statement | CacheCall]
    calls = capture.statements if kind == "queries" else capture.cache_calls
    ours = [call for call in calls if call.label == label]
    times = Counter(_identity(call) for call in ours)
    firsts = {_identity(call): call for call in reversed(ours)}
    values: dict[Identity, set[int]] = defaultdict(set)
    for call in ours:
        values[_identity(call)].add(call.values if isinstance(call, Statement) else 0)
    return {
        key: Group(number, firsts[key], is_same=len(values[key]) == 1)
        for key, number in times.items()
    }


def _identity(call: Statement | CacheCall) -> Identity:
    return (call.shape if isinstance(call, Statement) else call.label, call.origin)
