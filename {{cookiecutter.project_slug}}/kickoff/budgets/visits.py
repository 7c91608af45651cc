"""How to visit the routes: written in plain Python beside the URLconf, in `visits.py`.

# shop/visits.py, beside shop/urls.py
def world(products=2, reviews=2):
    ...create that many...
    return World(product=product, customer=customer)

visits = Visits(
    world=world,
    larger={"products": 5, "reviews": 5},
    visitors={"anonymous": None, "customer": lambda world: world.customer},
    routes={
        "shop:product": Visit(
            lambda world: {"pk": world.product.pk}, grows="reviews"
        ),
        "shop:buy": Visit(
            lambda world: {"pk": world.product.pk},
            methods="POST",
            after="shop:product",
            data=lambda world: {"amount": 1},
            fixed="It leads to the basket.",
        ),
    },
)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from kickoff.budgets.budget_file import is_reason
from kickoff.budgets.routes import FORM_METHODS, Route

MODULE = "visits"  # in the package of the URLconf module
SMALLEST = 2  # With one row a lazy attribute and a prefetch cost the same.
ANONYMOUS = "anonymous"

Arguments = Callable[[Any], Mapping[str, Any]]
Visitors = Mapping[str, "Callable[[Any], Any] | None"]


class VisitsError(Exception):
    """A visits module cannot be used as it stands; the message says what to write instead."""


class Visit:
    """How to visit one route.

    `kwargs` and `data` (what is posted) are functions of the world. `query` is the query string.
    `visitors` are names of `Visits.visitors`, all of them if not given; whoever is left out needs a
    reason in the contract. `methods` must be given when the view does not say which it takes.
    `after` is the route, visited by the same module, whose page is fetched before something is
    posted; the page itself, if not given. `grows` names the dimensions whose rows the page shows:
    on a larger world it must show as many rows more, and ask the same. A page that shows the same
    on every world says why in `fixed`.
    """

    def __init__(
        self,
        kwargs: Arguments | None = None,
        *,
        query: str = "",
        data: Arguments | None = None,
        visitors: str | Iterable[str] = (),
        methods: str | Iterable[str] = (),
        after: str = "",
        grows: str | Iterable[str] = (),
        fixed: str = "",
    ) -> None:
        self.kwargs = kwargs
        self.query = query
        self.data = data
        self.visitors = _names(visitors)
        self.methods = tuple(method.upper() for method in _names(methods))
        self.after = after
        self.grows = _names(grows)
        self.fixed = fixed


@dataclass(frozen=True)
class Visits:
    """The visits of the routes of one URLconf module, and the worlds that they are made in.

    `world` is a function of the dimensions, whose defaults are the small world; `larger` says how
    far each grows, one at a time. `visitors` maps names to the function that finds the user in a
    world, or to None for nobody.
    """

    routes: Mapping[str, Visit]
    world: Callable[..., Any] = lambda: None
    larger: Mapping[str, int] = field(default_factory=dict)
    visitors: Visitors = field(default_factory=lambda: {ANONYMOUS: None})

    @property
    def small(self) -> dict[str, int]:
        parameters = inspect.signature(self.world).parameters.values()
        return {parameter.name: parameter.default for parameter in parameters}

    def problems(self, module: str) -> list[str]:
        """What is wrong with the declaration, in sentences."""
        return [f"{module}: {problem}" for problem in self._problems()]

    def _problems(self) -> Iterable[str]:
        small = self.small
        for name, size in small.items():
            if not isinstance(size, int) or size < SMALLEST:
                yield (
                    f"world({name}={size}) is too small: from {SMALLEST} on a repeated query shows."
                )
            elif self.larger.get(name, 0) <= size:
                yield f'larger needs "{name}", more than {size}: how many on the larger world?'
        for name in self.larger.keys() - small.keys():
            yield f'larger has "{name}", which is no parameter of world().'
        for visitor in self.visitors:
            if not visitor or "," in visitor or visitor != visitor.strip():
                yield f'the visitor "{visitor}" needs a name without commas and blanks around it.'
        for route, visit in self.routes.items():
            yield from self._problems_of(route, visit)

    def _problems_of(self, route: str, visit: Visit) -> Iterable[str]:
        for name in visit.visitors:
            if name not in self.visitors:
                yield f'"{route}" has the visitor "{name}", who is not among the visitors.'
        for name in visit.grows:
            if name not in self.small:
                yield f'"{route}" grows with "{name}", which is no parameter of world().'
        if visit.after and visit.after not in self.routes:
            yield f'"{route}" comes after "{visit.after}", which is not among the routes.'
        for method in visit.methods:
            if method not in FORM_METHODS:
                yield f'"{route}" has the method {method}; there are {", ".join(FORM_METHODS)}.'
        if bool(visit.grows) == is_reason(visit.fixed):
            yield (
                f'"{route}" must say what it shows more of on a larger world: '
                'grows="…" (a parameter of world()), or fixed="the reason why nothing grows".'
            )


def visits_for(route: Route) -> tuple[str, Visits] | None:
    """The visits that stand beside the URLconf of a route, or beside the one that includes it.

    Raises VisitsError for a visits module without visits.
    """
    for urlconf in route.modules:
        found = _load(beside(urlconf))
        if found is not None and route.key in found.routes:
            return beside(urlconf), found
    return None


def all_visits(routes: Iterable[Route]) -> dict[str, Visits]:
    """The visits modules of all these routes."""
    modules = {beside(urlconf): None for route in routes for urlconf in route.modules}
    return {name: found for name in modules if (found := _load(name)) is not None}


def beside(urlconf: str) -> str:
    """The module in the same package: shop.urls → shop.visits."""
    package, _dot, _name = urlconf.rpartition(".")
    return f"{package}.{MODULE}" if package else MODULE


def _load(name: str) -> Visits | None:
    if find_spec(name) is None:
        return None
    module: ModuleType = import_module(name)
    found = getattr(module, "visits", None)
    if not isinstance(found, Visits):
        raise VisitsError(f"{name} must define `visits = Visits(routes={{…}})`.")
    return found


def _names(given: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        return (given,) if given else ()
    return tuple(given)
