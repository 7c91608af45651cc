"""More rows, equal counts: a page must cost the same on a larger world, and must show more of it.

Without the second half the check would pass on a page that shows the first 25 of any number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kickoff.budgets.browser import Seen
from kickoff.budgets.budget_file import OK, STATES, Case
from kickoff.budgets.places import Group, describe, grown, place_of
from kickoff.budgets.problems import Problem, differences, sizes_in_words
from kickoff.budgets.shown import more_rows
from kickoff.budgets.visiting import Measured, Trip


def growth_problems(trip: Trip, small: Measured) -> Iterator[Problem]:
    """Visits a larger world for each dimension that the page grows with, then one in which
    everything is larger: what a page repeats it does not always show.

    When only the last one is at fault, the dimension that does it is looked for.
    """
    sizes, larger = trip.visits.small, dict(trip.visits.larger)
    alone = {name: {**sizes, name: larger[name]} for name in larger}
    declared = [alone[name] for name in trip.visit.grows]
    found = [
        problem
        for world in declared
        for problem in _compare(trip, small, world, must_show_more=True)
    ]
    if not found and larger and larger not in declared:
        found = list(_compare(trip, small, larger))
        others = [world for world in alone.values() if found and world not in declared]
        found = [problem for world in others for problem in _compare(trip, small, world)] or found
    yield from found


def _compare(
    trip: Trip, small: Measured, world: Mapping[str, int], must_show_more: bool = False
) -> Iterator[Problem]:
    sizes = trip.visits.small
    change = {name: (sizes[name], world[name]) for name in world if world[name] != sizes[name]}
    large = trip.measure(world)
    for state in STATES:
        before, after = small.of(state), large.of(state)
        if before.status != after.status:
            yield _problem(
                trip.case, state, change, [f"status {before.status} became {after.status}"]
            )
        elif problem := _other_counts(trip.case, state, before, after, change):
            yield problem
    if must_show_more and trip.case.method == "GET" and small.hot.status == OK:
        wanted = sum(after - before for before, after in change.values())
        rows = more_rows(small.hot.page, large.hot.page)
        if rows < wanted:
            yield _too_few_rows(trip.case, rows, wanted, change)


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


def _too_few_rows(
    case: Case, rows: int, wanted: int, change: Mapping[str, tuple[int, int]]
) -> Problem:
    more = f"{rows} more row{'s' if rows > 1 else ''}" if rows else "no more rows"
    details = [
        f"The page shows {more} for {wanted} more {', '.join(change)}: "
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
        headline=f"{case}, {state}, larger world ({', '.join(change)})",
        details=[first, *details],
        excess=excess,
        budget=f"the same with {large}",
        actual=details[0],
    )
    if place is None:
        return problem
    return Problem(**{**problem.as_data(), "path": place[0], "line": place[1]})
