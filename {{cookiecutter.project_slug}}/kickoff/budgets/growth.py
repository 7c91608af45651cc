"""More rows, equal counts: a page must cost the same on a larger world, and must show more of it.

Without the second half the check would pass on a page that shows the first 25 of any number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kickoff.budgets.browser import Seen
from kickoff.budgets.budget_file import STATES, Case
from kickoff.budgets.places import Group, describe, grown, place_of
from kickoff.budgets.problems import Problem, differences, sizes_in_words
from kickoff.budgets.visiting import Measured, Trip

OK = 200


def growth_problems(trip: Trip, small: Measured) -> Iterator[Problem]:
    """Visits the larger worlds: one for each dimension that the page grows with, or, for a page
    that shows the same everywhere, one in which everything is larger."""
    sizes, larger = trip.visits.small, trip.visits.larger
    worlds = [{**sizes, name: larger[name]} for name in trip.visit.grows]
    if not worlds and larger:
        worlds = [dict(larger)]
    for world in worlds:
        change = {name: (sizes[name], world[name]) for name in world if world[name] != sizes[name]}
        yield from _compare(trip, small, trip.measure(world), change)


def _compare(
    trip: Trip, small: Measured, large: Measured, change: Mapping[str, tuple[int, int]]
) -> Iterator[Problem]:
    for state in STATES:
        before, after = small.of(state), large.of(state)
        if before.status != after.status:
            yield _problem(
                trip.case, state, change, [f"status {before.status} became {after.status}"]
            )
        elif problem := _other_counts(trip.case, state, before, after, change):
            yield problem
    wants_rows = bool(trip.visit.grows) and trip.case.method == "GET" and small.hot.status == OK
    if wants_rows and large.hot.rows <= small.hot.rows:
        yield _nothing_grew(trip.case, small.hot, change)


def _other_counts(
    case: Case, state: str, before: Seen, after: Seen, change: Mapping[str, tuple[int, int]]
) -> Problem | None:
    found = list(differences(before.counts, after.counts))
    if not found:
        return None
    details: list[str] = []
    at_fault: list[Group] = []
    for one in found:
        more = grown(before.capture, after.capture, one.kind, one.label)
        details += [f"{one.label}: {one.before} became {one.after}", *describe(more)]
        at_fault += more
    excess = sum(one.excess for one in found)
    return _problem(case, state, change, details, place_of(at_fault), excess)


def _nothing_grew(case: Case, seen: Seen, change: Mapping[str, tuple[int, int]]) -> Problem:
    details = [
        f"The page shows no more rows ({seen.rows} elements on both worlds): "
        "a repeated query would not be seen.",
        "Visit a page that shows these rows, stay below its page size, or let it grow with "
        "something that it shows.",
    ]
    return _problem(case, "hot", change, details)


def _problem(
    case: Case,
    state: str,
    change: Mapping[str, tuple[int, int]],
    details: list[str],
    place: tuple[str, int] | None = None,
    excess: int = 0,
) -> Problem:
    small = sizes_in_words({name: sizes[0] for name, sizes in change.items()})
    large = sizes_in_words({name: sizes[1] for name, sizes in change.items()})
    first = f"budget: the same with {large} as with {small}"
    problem = Problem(
        case=str(case),
        kind="growth",
        headline=f"{case}, {state}, larger world",
        details=[first, *details],
        excess=excess,
        budget=f"the same with {large}",
        actual=details[0],
    )
    if place is None:
        return problem
    return Problem(**{**problem.as_data(), "path": place[0], "line": place[1]})
