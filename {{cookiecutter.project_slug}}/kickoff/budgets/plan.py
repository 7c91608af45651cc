"""What is to be visited, and whether the contract covers every route."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from kickoff.budgets.advice import leave_out, line_to_add, new_module, pattern_of
from kickoff.budgets.budget_file import FILE_NAME, OK, Budgets, Case
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
                if not budgets.skips(self.route.key, method, visitor):
                    yield Case(self.route.key, visitor, method)

    @property
    def methods(self) -> tuple[str, ...]:
        return self.visits.routes[self.route.key].methods or self.route.methods or ("GET",)

    @property
    def says_its_methods(self) -> bool:
        return bool(self.visits.routes[self.route.key].methods or self.route.methods)


class Plan:
    """All that the routes, the visits and the contract say together.

    `is_ours` tells of a module whether it is one of the project's: no other is to be written to.
    Raises VisitsError when a visits module cannot be used.
    """

    def __init__(
        self, routes: list[Route], budgets: Budgets, is_ours: Callable[[str], bool]
    ) -> None:
        self.budgets = budgets
        self._is_ours = is_ours
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
        yield from self._never_visited(modules)
        for route in self.routes:
            if destination := self.destinations.get(route.key):
                yield from self._methods_left_out(destination)
                yield from self._visitors_left_out(destination)

    def _never_visited(self, known: Mapping[str, Visits]) -> Iterator[str]:
        routes = [route for route in self.routes if route.key not in self.destinations]
        foreign = [route for route in routes if self._is_foreign(route)]
        if foreign:
            yield leave_out(foreign)
        new: dict[str, list[Route]] = {}
        for route in routes:
            # The innermost of ours; ROOT_URLCONF, at the latest.
            modules = [name for name in route.modules if self._is_ours(name)] or route.modules[-1:]
            module = beside(modules[0])
            if route in foreign:
                continue
            if module in known:
                yield line_to_add(route, module)
            else:
                new.setdefault(module, []).append(route)
        for module, lacking in new.items():
            yield new_module(module, lacking)

    def _is_foreign(self, route: Route) -> bool:
        """Whether it comes with a package, as a whole: there is nobody here to make it faster."""
        comes_along = route.is_listed or not self._is_ours(route.modules[0])
        is_one_of_many = pattern_of(route) != route.key
        return comes_along and is_one_of_many and not self._is_ours(route.view_module)

    def stale(self) -> list[Case]:
        """The entries of what is not visited any more. A route that is left out keeps its entries:
        they count again when its reason goes. So does one whose methods nobody has said yet."""
        kept = set(self.cases)
        unsure = {key for key, to in self.destinations.items() if not to.says_its_methods}
        return [
            case
            for case in sorted(self.budgets.entries)
            if case not in kept
            and case.route not in unsure
            and not self.budgets.skips(*_names(case))
        ]

    def never_shown(self, statuses: Mapping[Case, int]) -> Iterator[tuple[str, str]]:
        """The routes that grow, and that answer nobody with a page; each with a sentence. There
        every world is as cheap as the other."""
        for key, destination in self.destinations.items():
            cases = [case for case in destination.cases(self.budgets) if case.method == "GET"]
            found = {statuses[case] for case in cases if case in statuses}
            if destination.visits.routes[key].grows and found and OK not in found:
                answers = ", ".join(map(str, sorted(found)))
                yield (
                    key,
                    f"{key} should show more on a larger world, and is shown to nobody: its "
                    f"visitors get {answers}. In {destination.module} give an example that exists, "
                    'or a visitor who may see it; or say fixed="why it is never shown".',
                )

    def _methods_left_out(self, destination: Destination) -> Iterator[str]:
        key = destination.route.key
        if not destination.says_its_methods:
            yield (
                f"{key} does not say which methods it takes. Say it on its view, with "
                f"@require_safe or @require_http_methods([…]), or in {destination.module} give its "
                'visit methods="GET", or methods=["GET", "POST"].'
            )
        for method in destination.route.methods:
            if method not in destination.methods and not self.budgets.skips(key, method):
                yield (
                    f"{key} takes {method}, and is never visited with it. In {destination.module} "
                    f'give its visit methods=[…, "{method}"], or in {FILE_NAME} a reason:\n'
                    f'    [skip]\n    "{key} {method}" = "…"'
                )

    def _visitors_left_out(self, destination: Destination) -> Iterator[str]:
        key = destination.route.key
        for visitor in destination.visits.visitors:
            chosen = destination.visits.routes[key].visitors or (visitor,)
            if visitor not in chosen and not self.budgets.skips(key, visitor=visitor):
                yield (
                    f"{key} is never visited as {visitor}. In {destination.module} give its visit "
                    f'visitors=[…, "{visitor}"], or in {FILE_NAME} a reason:\n'
                    f'    [skip]\n    "{key} as {visitor}" = "…"'
                )


def _names(case: Case) -> tuple[str, str, str]:
    return case.route, case.method, case.visitor
