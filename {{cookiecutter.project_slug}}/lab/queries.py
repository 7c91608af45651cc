"""The queries of one run, equal ones together, each with the line that issues it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from kickoff.budgets.capture import Capture, Statement
from kickoff.budgets.labels import is_bookkeeping
from kickoff.budgets.origins import OriginFinder
from kickoff.budgets.places import groups


class Repeated(msgspec.Struct, frozen=True):
    """Equal queries from one line. `remedy` is what would make one of them, if there is more."""

    times: int
    sql: str
    place: str
    remedy: str


@contextmanager
def captured() -> Iterator[Capture]:
    """Captures the queries of this thread. (`capturing` of the budgets does so for all threads,
    which a site that serves others must not.)"""
    capture = Capture(_finder())

    def see(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if not is_bookkeeping(sql):
            origin, remedy = capture.finder.find(sys._getframe(1))
            alias = context["connection"].alias
            capture.statements.append(Statement(sql, alias, origin, remedy, hash(repr(params))))
        return execute(sql, params, many, context)

    # First in the list, which is outermost: what calls it is the code that asks.
    connection.execute_wrappers.insert(0, see)
    try:
        yield capture
    finally:
        connection.execute_wrappers.remove(see)


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
    # What only carries out what a twin asks for is never the line at fault.
    return OriginFinder(root, plumbing=(root / "kickoff",))
