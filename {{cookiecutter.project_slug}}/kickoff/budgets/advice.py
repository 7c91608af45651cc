"""What to write for the routes that nobody visits: whole files, or lines to add; ready to paste."""

from __future__ import annotations

from collections.abc import Sequence

from kickoff.budgets.budget_file import FILE_NAME
from kickoff.budgets.routes import Route


def leave_out(routes: Sequence[Route]) -> str:
    """For the pages of others, such as those of the admin: one line for each namespace."""
    patterns = sorted({pattern_of(route) for route in routes})
    lines = "\n".join(f'    "{pattern}" = "…"' for pattern in patterns)
    return (
        f"{len(routes)} routes of packages are never visited. Leave them out, with the reason, in "
        f"{FILE_NAME}:\n    [skip]\n{lines}"
    )


def pattern_of(route: Route) -> str:
    """Its outermost namespace; of a route without one, the beginning of its address."""
    namespace, colon, _name = route.key.partition(":")
    if route.name and colon:
        return f"{namespace}:*"
    first, slash, _rest = route.address.partition("/")
    return f"/{first}/*" if slash and not route.name else route.key


def new_module(module: str, routes: Sequence[Route]) -> str:
    """A whole module of visits, for a package that has none."""
    visits = "".join(f"        {visit_of(route)},\n" for route in routes)
    file = _MODULE.replace("ROUTES", visits)
    return (
        f"{module} is missing, and these routes are never visited: "
        f"{', '.join(route.key for route in routes)}.\n"
        f"Write {module.replace('.', '/')}.py, and say for each page why it is fixed, or what it "
        f"grows with:\n\n{file}"
    )


def line_to_add(route: Route, module: str) -> str:
    kwargs = ", ".join(f'"{name}": world.…' for name in route.parameters)
    example = f"lambda world: {{{kwargs}}}, " if kwargs else ""
    methods = "" if route.methods else 'methods="GET", '
    return (
        f"{route.key} is never visited. Add to the routes of {module}:\n"
        f'    "{route.key}": Visit({example}{methods}grows="…"),\n'
        f"or leave it out, with the reason, in {FILE_NAME}:\n"
        f'    [skip]\n    "{route.key}" = "…"'
    )


def visit_of(route: Route) -> str:
    kwargs = ", ".join(f'"{name}": world.{name}' for name in route.parameters)
    example = f"lambda world: {{{kwargs}}}, " if kwargs else ""
    methods = "" if route.methods else 'methods="GET", '
    return f'"{route.key}": Visit({example}{methods}fixed="…")'


_MODULE = '''\
from types import SimpleNamespace

from kickoff.budgets import Visit, Visits


def world(rows=2):
    """Creates what the pages show, so many of each; a parameter for each kind of rows."""
    return SimpleNamespace()  # what the addresses need: pk=book.pk, reader=user


visits = Visits(
    world=world,
    larger={"rows": 4},
    visitors={"anonymous": None},  # "reader": lambda world: world.reader
    routes={
ROUTES    },
)
'''
