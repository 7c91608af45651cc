"""The routes of the URLconf, each with a key: its name, or its address when it has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize
from django.views import View

FORM_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Route:
    """One pattern of the URLconf.

    `key` is its name with its namespaces; where two patterns share a name, the address makes the
    difference ("blog:list at blog/<int:page>/"), and without a name it is all there is.
    `modules` are the URLconf modules that lead to it, the innermost first. `is_listed` are those
    of a namespace that is included as a list, without a module: those of the admin.
    """

    key: str
    name: str  # for reverse(); empty without a name
    address: str
    parameters: tuple[str, ...]
    methods: tuple[str, ...]
    modules: tuple[str, ...]
    view_module: str
    is_listed: bool

    def answers(self, path: str) -> bool:
        """Whether a request of that path reaches this route, and not one that stands before it."""
        match = _resolved(path)
        return match is not None and (match.view_name if self.name else "", match.route) == (
            self.name,
            self.address,
        )


def all_routes() -> list[Route]:
    """The routes of ROOT_URLCONF in the order of their keys."""
    found = list(_walk(get_resolver()))
    times = Counter(route.name for route in found)
    keyed = [
        replace(
            route, key=f"{route.name} at {route.address}" if times[route.name] > 1 else route.name
        )
        if route.name
        else route
        for route in found
    ]
    return sorted(keyed, key=lambda route: route.key)


def route_of(match: ResolverMatch) -> str:
    """The key of the route that answers a request; the name alone where that is enough."""
    name = match.view_name if match.url_name else ""
    same = [
        route.key for route in all_routes() if (route.name, route.address) == (name, match.route)
    ]
    return same[0] if same else name


def answering(path: str) -> str:
    """What answers a path, for a message."""
    match = _resolved(path)
    return (match.view_name or match.route) if match else "no route"


def _walk(
    resolver: URLResolver,
    namespaces: tuple[str, ...] = (),
    address: str = "",
    parameters: tuple[str, ...] = (),
    modules: tuple[str, ...] = (),
    is_listed: bool = False,
) -> Iterator[Route]:
    if isinstance(resolver.urlconf_name, str):
        modules, is_listed = (resolver.urlconf_name, *modules), False
    elif isinstance(resolver.urlconf_module, ModuleType):
        modules, is_listed = (resolver.urlconf_module.__name__, *modules), False
    elif resolver.namespace:
        is_listed = True
    for part in resolver.url_patterns:
        below = address + str(part.pattern)
        named = (*parameters, *_parameters(part))
        if isinstance(part, URLResolver):
            inner = (*namespaces, part.namespace) if part.namespace else namespaces
            yield from _walk(part, inner, below, named, modules, is_listed)
        else:
            yield _route(part, namespaces, below, named, modules, is_listed)


def _route(
    pattern: URLPattern,
    namespaces: tuple[str, ...],
    address: str,
    parameters: tuple[str, ...],
    modules: tuple[str, ...],
    is_listed: bool,
) -> Route:
    name = ":".join((*namespaces, pattern.name)) if pattern.name else ""
    return Route(
        key=name or f"/{address}",
        name=name,
        address=address,
        parameters=parameters,
        methods=methods_of(pattern.callback),
        modules=modules,
        view_module=getattr(pattern.callback, "__module__", ""),
        is_listed=is_listed,
    )


def _parameters(part: URLPattern | URLResolver) -> list[str]:
    """The names of what a pattern wants to be given."""
    converters = getattr(part.pattern, "converters", {})
    if converters:
        return list(converters)
    regex = getattr(part.pattern, "_regex", None)  # of re_path()
    return [str(name) for _text, names in normalize(regex) for name in names] if regex else []


def methods_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """The methods that a view says it takes: as a class, or by `require_http_methods`. Empty for a
    function that says nothing: it may take any."""
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        return _methods_of_class(view_class)
    said = _required_methods(view)
    return tuple(method for method in FORM_METHODS if method in said)


def _methods_of_class(view_class: type[View]) -> tuple[str, ...]:
    return tuple(
        method
        for method in FORM_METHODS
        if method.lower() in view_class.http_method_names
        and (handler := getattr(view_class, method.lower(), None)) is not None
        # FormView's put is there for those who want it; nobody is sent there.
        and not (method == "PUT" and handler.__module__ == "django.views.generic.edit")
    )


def _required_methods(view: Any) -> set[str]:
    """What `require_http_methods` was told: it is kept nowhere but in its closure."""
    while view is not None:
        names = getattr(getattr(view, "__code__", None), "co_freevars", ())
        if "request_method_list" in names:
            cell = view.__closure__[names.index("request_method_list")]
            return set(cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return set()


def _resolved(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None
