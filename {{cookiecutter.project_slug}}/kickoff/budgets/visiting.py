"""A route is visited: on a world, by a visitor, cold and then hot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.urls import reverse

from kickoff.budgets.browser import Browser, Seen
from kickoff.budgets.budget_file import Case
from kickoff.budgets.emptying import empty_caches, empty_databases
from kickoff.budgets.origins import OriginFinder
from kickoff.budgets.plan import Destination
from kickoff.budgets.routes import answering
from kickoff.budgets.visits import Visit, Visits, VisitsError


@dataclass(frozen=True)
class Measured:
    """A route on one world. `again` is hot a second time."""

    cold: Seen
    hot: Seen
    again: Seen

    def of(self, state: str) -> Seen:
        return self.cold if state == "cold" else self.hot


@dataclass
class Trip:
    """All that is needed to visit a case, on one world after the other."""

    case: Case
    to: Destination
    finder: OriginFinder
    hook: Any
    _is_rehearsed: bool = False

    @property
    def visits(self) -> Visits:
        return self.to.visits

    @property
    def visit(self) -> Visit:
        return self.visits.routes[self.case.route]

    def measure(self, sizes: Mapping[str, int]) -> Measured:
        """Cold, hot, and hot again. What writes finds a new world: what is posted each time, a page
        that is looked at when it is cold.

        Raises VisitsError when the route cannot be reached with what its visit says.
        """
        if self.case.method != "GET":
            self._rehearse(sizes)
        browser = self._browser(sizes)
        has_written = browser.warm_up()
        if self.case.method == "GET" and has_written:
            browser = self._browser(sizes)
        browser.make_cold()
        cold = browser.ask()
        if self.case.method == "GET":
            return Measured(cold, browser.ask(), browser.ask())
        return Measured(cold, self._post_hot(sizes), self._post_hot(sizes))

    def _rehearse(self, sizes: Mapping[str, int]) -> None:
        """Once, so that what a process does only once is done whichever test comes first. (For a
        page that is only looked at, the warm-up does it.)"""
        if not self._is_rehearsed:
            self._is_rehearsed = True
            self._browser(sizes).ask()

    def _post_hot(self, sizes: Mapping[str, int]) -> Seen:
        browser = self._browser(sizes)
        browser.warm_up()
        return browser.ask()

    def _browser(self, sizes: Mapping[str, int]) -> Browser:
        # Also before the first world: migrations may have left rows, for the first test alone.
        empty_databases()
        # What was cached of another world is about rows that are gone.
        empty_caches()
        self.hook.pytest_budgets_make_cold()
        world = self._build(sizes)
        find_user = self.visits.visitors[self.case.visitor]
        return Browser(
            path=self.path(world),
            user=find_user(world) if find_user else None,
            finder=self.finder,
            hook=self.hook,
            method=self.case.method,
            data=self.visit.data(world) if self.visit.data else None,
            before=self._before(world),
        )

    def _before(self, world: Any) -> str:
        """The path of the page that leads to this one; empty when it is the page itself."""
        key = self.visit.after
        if not key:
            return ""
        kwargs = self.visits.routes[key].kwargs
        return reverse(key, kwargs=dict(kwargs(world)) if kwargs else {})

    def _build(self, sizes: Mapping[str, int]) -> Any:
        """In one transaction: rows one by one would wait for the disk each time."""
        with ExitStack() as stack:
            for alias in connections:
                stack.enter_context(transaction.atomic(using=alias))
            return self.visits.world(**sizes)

    def path(self, world: Any) -> str:
        """The address with the example's arguments; it must be this route that answers there."""
        kwargs = dict(self.visit.kwargs(world)) if self.visit.kwargs else {}
        missing = [name for name in self.to.route.parameters if name not in kwargs]
        if missing:
            examples = ", ".join(f'"{name}": world.…' for name in self.to.route.parameters)
            raise VisitsError(
                f"/{self.to.route.address} needs {' and '.join(missing)}. In {self.to.module}:\n"
                f'    "{self.case.route}": Visit(lambda world: {{{examples}}}, …),'
            )
        path = (
            reverse(self.to.route.name, kwargs=kwargs)
            if self.to.route.name
            else self._filled(kwargs)
        )
        if not self.to.route.answers(path):
            raise VisitsError(
                f"{path} is answered by {answering(path)}, which stands before {self.case.route} "
                "in the URLconf. Give another example, or leave it out, with the reason, in "
                f'query_budgets.toml:\n    [skip]\n    "{self.case.route}" = "…"'
            )
        return f"{path}?{self.visit.query}" if self.visit.query else path

    def _filled(self, kwargs: Mapping[str, Any]) -> str:
        """The address of a route without a name."""
        address = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda found: str(kwargs[found[1]]), self.to.route.address
        )
        return f"/{address}"
