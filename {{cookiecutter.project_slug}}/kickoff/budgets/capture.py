"""Every statement and every cache call of a request, whichever connection and thread makes it.

While a capture runs, a wrapper sits on each connection of the process, also on those that other
threads have had for long or open meanwhile. (A list of queries, as Django keeps it, ends at 9,000
and is blind for other threads: a page that is bad enough counts as 0.)
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakSet

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from kickoff.budgets.labels import is_bookkeeping, is_writing, label, shape
from kickoff.budgets.origins import Origin, OriginFinder
from kickoff.budgets.relations import Remedy


class CaptureError(Exception):
    """Statements are made that are not seen: no count can be believed."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as it was handed to the driver, without its values."""

    sql: str
    alias: str
    origin: Origin
    remedy: Remedy | None
    values: int = 0  # a hash: equal for the same values

    @property
    def label(self) -> str:
        """Statements of a second database say so."""
        text = label(self.sql)
        return text if self.alias == "default" else f"{self.alias}: {text}"

    @property
    def shape(self) -> str:
        return shape(self.sql)


@dataclass(frozen=True, slots=True)
class CacheCall:
    """One round trip to a cache."""

    label: str
    origin: Origin


@dataclass
class Capture:
    """What was seen. `bookkeeping` (savepoints and their like) is never part of a count."""

    finder: OriginFinder
    statements: list[Statement] = field(default_factory=list)
    bookkeeping: list[str] = field(default_factory=list)
    cache_calls: list[CacheCall] = field(default_factory=list)

    def queries(self) -> dict[str, int]:
        return dict(Counter(statement.label for statement in self.statements))

    def cache(self) -> dict[str, int]:
        return dict(Counter(call.label for call in self.cache_calls))

    @property
    def has_written(self) -> bool:
        return any(is_writing(statement.sql) for statement in self.statements)

    def see_statement(self, sql: str, alias: str, values: object = None) -> None:
        if is_bookkeeping(sql):
            self.bookkeeping.append(sql)
            return
        origin, remedy = self.finder.find(sys._getframe(1))
        self.statements.append(Statement(sql, alias, origin, remedy, hash(repr(values))))

    def see_cache_call(self, label: str) -> None:
        origin, _remedy = self.finder.find(sys._getframe(1))
        self.cache_calls.append(CacheCall(label, origin))


_running: Capture | None = None
_opened: WeakSet[BaseDatabaseWrapper] = WeakSet()  # the connections of all threads


def running() -> Capture | None:
    """The capture that is running now."""
    return _running


@contextmanager
def capturing(finder: OriginFinder) -> Iterator[Capture]:
    """Captures, in the whole process. One at a time."""
    global _running
    assert _running is None, "a capture is running already"
    _opened.update(connections.all())
    for connection in list(_opened):
        _watch(connection)
    capture = Capture(finder)
    _running = capture
    try:
        yield capture
    finally:
        _running = None
        for connection in list(_opened):
            if _hand_over in connection.execute_wrappers:
                connection.execute_wrappers.remove(_hand_over)


def watch_connections() -> None:
    """From now on each connection that is opened, in whatever thread, is known."""
    connection_created.connect(_know, dispatch_uid="kickoff.budgets")


def prove_that_statements_are_seen(finder: OriginFinder) -> None:
    """Raises CaptureError for a database whose statements do not arrive here."""
    for alias in connections:
        connection = connections[alias]
        with capturing(finder) as capture, connection.cursor() as cursor:
            cursor.execute(f"SELECT 1{connection.features.bare_select_suffix}")
        if len(capture.statements) != 1:
            raise CaptureError(
                f"A statement on the database {alias!r} was not seen, so no count can be believed. "
                "Who clears connection.execute_wrappers?"
            )


def _know(sender: object, connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    _opened.add(connection)
    if _running is not None:
        _watch(connection)


def _watch(connection: BaseDatabaseWrapper) -> None:
    # First in the list, which is outermost: those who add theirs for a while remove the last one.
    if _hand_over not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _hand_over)


def _hand_over(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    capture = _running
    if capture is not None:
        # Before it runs: a statement that fails was made, too.
        capture.see_statement(sql, context["connection"].alias, None if many else params)
    return execute(sql, params, many, context)
