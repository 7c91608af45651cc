"""What is to be visited, and whether the contract covers every route."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from kickoff.budgets.budget_file import FILE_NAME, Budgets, Case
from kickoff.budgets.routes import Route
from kickoff.budgets.visits import Visits, all_visits, beside, visits_for


@dataclass(frozen=True)
class Destination:
    """A route with the module that says how to visit it."""

    route: Route
    module: str
    visits: Visits

    def cases(self, budgets: Budgets) -> Iterator[Case]:
        """The combinations of visitors and methods, without those that are left out."""
        visit = self.visits.routes[self.route.key]
        for visitor in visit.visitors or self.visits.visitors:
            for method in self.methods:
                if not budgets.skips(self.route.key, method):
                    yield Case(self.route.key, visitor, method)

    @property
    def methods(self) -> tuple[str, ...]:
        return self.visits.routes[self.route.key].methods or self.route.methods


class Plan:
    """All that the routes, the visits and the contract say together.

    Raises VisitsError when a visits module cannot be used.
    """

    def __init__(self, routes: list[Route], budgets: Budgets) -> None:
        self.budgets = budgets
        self.routes = [route for route in routes if not budgets.skips(route.key)]
        self._all_routes = routes

    @cached_property
    def destinations(self) -> dict[str, Destination]:
        found = [(route, visits_for(route)) for route in self.routes]
        return {route.key: Destination(route, *visits) for route, visits in found if visits}

    @cached_property
    def cases(self) -> list[Case]:
        """In one order everywhere: the processes of xdist compare their lists."""
        return sorted(
            case
            for destination in self.destinations.values()
            if not destination.visits.problems(destination.module)
            for case in destination.cases(self.budgets)
        )

    def uncovered(self) -> Iterator[str]:
        """What keeps a route from being visited, with what to write."""
        modules = all_visits(self._all_routes)
        for module, visits in modules.items():
            yield from visits.problems(module)
            for key in visits.routes.keys() - {route.key for route in self._all_routes}:
                yield f'{module} visits "{key}", which is no route of the URLconf.'
        for route in self.routes:
            destination = self.destinations.get(route.key)
            if destination is None:
                yield _never_visited(route)
            else:
                yield from self._methods_left_out(destination)

    def stale(self) -> list[Case]:
        """The entries of what is not visited any more. A route that is left out keeps its entries:
        they count again when its reason goes."""
        planned = set(self.cases)
        return [
            case
            for case in sorted(self.budgets.entries)
            if case not in planned and not self.budgets.skips(case.route, case.method)
        ]

    def _methods_left_out(self, destination: Destination) -> Iterator[str]:
        key = destination.route.key
        for method in destination.route.methods:
            if method not in destination.methods and not self.budgets.skips(key, method):
                yield (
                    f"{key} takes {method}, and is never visited with it. In {destination.module} "
                    f'give its visit methods=[…, "{method}"], or in {FILE_NAME} a reason:\n'
                    f'    [skip]\n    "{key} {method}" = "…"'
                )


def _never_visited(route: Route) -> str:
    kwargs = ", ".join(f'"{name}": world.…' for name in route.parameters)
    example = f"lambda world: {{{kwargs}}}, " if kwargs else ""
    return (
        f"{route.key} is never visited. Add to the routes of {beside(route.modules[0])}:\n"
        f'    "{route.key}": Visit({example}grows="…"),\n'
        f"or leave it out, with the reason, in {FILE_NAME}:\n"
        f'    [skip]\n    "{route.key}" = "…"'
    )
