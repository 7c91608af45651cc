"""One case is visited and judged: the heart of each generated test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any

from django.db import connections

from kickoff.budgets.budget_file import FILE_NAME, STATES, Case, Counts, Entry
from kickoff.budgets.budget_writing import stanza
from kickoff.budgets.capture import prove_that_statements_are_seen
from kickoff.budgets.emptying import own_cache_keys
from kickoff.budgets.git import Changes
from kickoff.budgets.growth import growth_problems
from kickoff.budgets.origins import OriginFinder
from kickoff.budgets.places import describe, grown
from kickoff.budgets.problems import Problem, differences, over_or_under
from kickoff.budgets.visiting import Measured, Trip


@dataclass(frozen=True)
class Verdict:
    """What was measured, and what is wrong with it.

    `flaws` make the numbers worthless: they grow, or change from one request to the next.
    `differences` are what an update would write.
    """

    case: Case
    status: int
    counts: Mapping[str, Counts]
    vendor: str
    flaws: list[Problem]
    differences: list[Problem]

    def as_data(self) -> dict[str, Any]:
        """Plain values, for the process that writes."""
        return {
            "case": list(self.case),
            "status": self.status,
            "counts": {
                state: {"queries": dict(counts.queries), "cache": dict(counts.cache)}
                for state, counts in self.counts.items()
            },
            "vendor": self.vendor,
            "is_sound": not self.flaws,
        }


def judge(trip: Trip, entry: Entry | None, entry_line: int, changes: Changes) -> Verdict:
    """Visits the case on its worlds and compares with its entry. When it is not clear what is at
    fault, it is what has changed."""
    with own_cache_keys():
        prove_that_statements_are_seen(trip.finder)
        small = trip.measure(trip.visits.small)
        flaws = [*_unstable(trip.case, small), *growth_problems(trip, small)]
    vendor = connections["default"].vendor
    if entry is not None:
        flaws += _nothing_captured(trip.case, entry, small, vendor, entry_line)
    counts = {state: small.of(state).counts for state in STATES}
    return Verdict(
        case=trip.case,
        status=small.hot.status,
        counts=counts,
        vendor=vendor,
        flaws=flaws,
        differences=list(_compare(trip.case, entry, small, vendor, entry_line, changes)),
    )


def raised(case: Case, error: Exception, finder: OriginFinder) -> Problem:
    """A page that breaks, at the innermost line of the project: reports know it as well."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    ours = [(path, line) for name, line in frames if (path := finder.below_root(name))]
    path, line = ours[-1] if ours else (FILE_NAME, 1)
    return Problem(
        case=str(case),
        kind="error",
        headline=f"{case} raises {type(error).__name__}",
        details=[str(error), f"from {path}:{line}"],
        path=path,
        line=line,
        budget="a page",
        actual=type(error).__name__,
    )


def _compare(
    case: Case,
    entry: Entry | None,
    measured: Measured,
    vendor: str,
    entry_line: int,
    changes: Changes,
) -> Iterator[Problem]:
    if entry is None:
        yield _no_entry(case, measured)
        return
    for state in STATES:
        seen = measured.of(state)
        if seen.status != entry.status:
            yield _other_status(case, state, entry, seen.status, entry_line)
        elif problem := over_or_under(
            case, state, entry.of(state, vendor), seen.counts, seen.capture, entry_line, changes
        ):
            yield problem


def _no_entry(case: Case, measured: Measured) -> Problem:
    entry = Entry(measured.hot.status, measured.cold.counts, measured.hot.counts)
    return Problem(
        case=str(case),
        kind="entry",
        headline=f"{FILE_NAME} has no entry for {case}. Add:",
        details=stanza(case, entry).split("\n"),
        budget="no entry",
        actual=f"{measured.cold.counts.total('queries')} queries cold, "
        f"{measured.hot.counts.total('queries')} hot",
    )


def _other_status(case: Case, state: str, entry: Entry, status: int, line: int) -> Problem:
    return Problem(
        case=str(case),
        kind="status",
        headline=f"{case}, {state}",
        details=[
            f"status: expected {entry.status}, actual {status}",
            "The counts of another page than the expected one say nothing.",
        ],
        line=line,
        budget=f"status {entry.status}",
        actual=f"status {status}",
    )


def _nothing_captured(
    case: Case, entry: Entry, measured: Measured, vendor: str, line: int
) -> Iterator[Problem]:
    """None at all is not "better": more likely the page has stopped to read what it shows."""
    expected = max(entry.of(state, vendor).total("queries") for state in STATES)
    made = measured.cold.capture.statements or measured.hot.capture.statements
    if expected and not made and measured.hot.status == entry.status:
        yield Problem(
            case=str(case),
            kind="nothing",
            headline=f"{case}, no statement was captured, cold or hot",
            details=[
                f"Its entry expects {expected}: does the page still read what it shows?",
                f"If it needs none any more, take its entry out of {FILE_NAME}, and "
                f"pytest --budgets=update {FILE_NAME} writes a new one.",
            ],
            line=line,
            budget=f"{expected} queries",
            actual="none",
        )


def _unstable(case: Case, measured: Measured) -> Iterator[Problem]:
    """Hot twice, and both times the same; cold and hot with one status."""
    if measured.cold.status != measured.hot.status:
        yield _flaw(
            case,
            "cold and hot are different pages",
            [f"status {measured.cold.status} cold, {measured.hot.status} hot"],
        )
    found = list(differences(measured.hot.counts, measured.again.counts))
    if found:
        details = []
        for one in found:
            first, second = measured.hot.capture, measured.again.capture
            more = grown(first, second, one.kind, one.label) or grown(
                second, first, one.kind, one.label
            )
            details += [f"{one.label}: {one.before}, then {one.after}", *describe(more)]
        yield _flaw(case, "hot, is unstable: two equal requests cost differently", details)


def _flaw(case: Case, what: str, details: list[str]) -> Problem:
    return Problem(
        case=str(case),
        kind="unstable",
        headline=f"{case}, {what}",
        details=details,
        budget="the same twice",
        actual=details[0],
    )
