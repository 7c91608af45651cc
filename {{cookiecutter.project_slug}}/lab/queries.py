"""The queries of one run, equal ones together, each with the line that issues it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from kickoff.budgets.capture import Capture
from kickoff.budgets.origins import OriginFinder
from kickoff.budgets.places import groups

# What carries out what a twin asks for is never the line at fault.
PLUMBING = ("kickoff", "lab/steps", "lab/measuring.py", "lab/queries.py")


class Repeated(msgspec.Struct, frozen=True):
    """Equal queries from one line. `remedy` is what would make one of them, if there is more."""

    times: int
    sql: str
    place: str
    remedy: str


@contextmanager
def captured() -> Iterator[Capture]:
    """Captures the queries of this thread."""
    capture = Capture(_finder())

    def see(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        capture.see_statement(sql, context["connection"].alias, None if many else params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(see):
        yield capture


@contextmanager
def unlogged() -> Iterator[None]:
    """With DEBUG Django writes down every statement, which takes longer than many a query. Not on
    this thread's connection, while the block runs: a site in production does not do so either."""
    connection.make_debug_cursor = connection.make_cursor  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        del connection.make_debug_cursor


def repeated(capture: Capture) -> tuple[Repeated, ...]:
    """The most repeated first."""
    found = [
        Repeated(
            times=group.times,
            sql=next(iter(group.lines())),
            place=str(group.first.origin),
            remedy=str(getattr(group.first, "remedy", None) or "") if group.times > 1 else "",
        )
        for label in capture.queries()
        for group in groups(capture, "queries", label, excess=0)
    ]
    return tuple(sorted(found, key=lambda one: -one.times))


@cache
def _finder() -> OriginFinder:
    root = Path(settings.BASE_DIR)
    return OriginFinder(root, plumbing=tuple(root / name for name in PLUMBING))
