"""Writing marks: in the transaction of the change, each time, without looking at what is there.

A change whose mark cannot be written must not be committed: the cache would show the old page for
good. So what is raised here goes on to whoever changes something, and inside an `atomic` of theirs
that block can no longer commit, even where the error is caught.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from kickoff.caching.fingerprints import recorded
from kickoff.caching.keys import Arguments, encode_arguments
from kickoff.caching.models import Mark
from kickoff.caching.paths import Model, Values, follow, follow_from_row
from kickoff.caching.watch import Row, Watch, watches

# Ten times a second, mostly for nothing: the ORM would make it cost three times as much.
_ENTRIES = f"SELECT DISTINCT entry FROM {Mark._meta.db_table} ORDER BY entry"

# With each change: the ORM would take 0.3 ms more for it, a tenth of what saving a line-up takes.
_INSERT = "INSERT INTO {table} (entry, arguments, created_at) VALUES {rows}"
INSERTED_AT_ONCE = 300  # rows of three parameters: SQLite may take 999

Stale = tuple[str, str]  # the name of the entry, its arguments as a mark keeps them


class UnmarkableError(Exception):
    """What a declaration leads to cannot be the argument of a key."""


@dataclass
class Together:
    """An act that changes several models."""

    stale: set[Stale] = field(default_factory=set)
    told: set[Stale] = field(default_factory=set)  # after the commit

    def tell(self, key: Stale, after_commit: Callable[[Arguments], None], of: Arguments) -> None:
        """Once, however many changes lead to the key and whichever of them are taken back."""
        if key not in self.told:
            self.told.add(key)
            after_commit(of)


# By connection: a thread that inherits this context has connections of its own.
Waiting = dict[BaseDatabaseWrapper, Together]
_together: ContextVar[Waiting | None] = ContextVar("marks_together", default=None)


def mark_rows(model: Model, rows: Sequence[Row], using: str, *, were_created: bool = False) -> None:
    """Marks what rows lead to; they are given by their columns before and after the change.

    Must be called inside the transaction of the change. To rows that `were_created` in it nothing
    can refer yet.

    Raises UnmarkableError, and what the database raises, with a note of what could not be marked.
    """
    watching = watches.on(model)
    if were_created:
        watching = [watch for watch in watching if watch.begins_in_row]
    relevant = [(watch, watch.relevant(rows)) for watch in watching]
    wanted: dict[str, Values] = {}
    for watch, of_watch in relevant:
        for path, name in watch.first_columns.items():
            wanted.setdefault(path, set()).update(row[name] for row in of_watch)
    with _explained({watch.entry for watch in watching}, f"A change of {model._meta.label}"):
        ends = follow(model, wanted, using)
    _mark(((watch, watch.arguments_of(of_watch, ends)) for watch, of_watch in relevant), using)


def mark_unmoved(model: Model, key: Any, using: str) -> None:
    """Marks what a row leads to that was changed in other columns than those with which paths begin
    or that are watched: no look at it before the change, and one afterwards.

    Else as `mark_rows`.
    """
    watching = [watch for watch in watches.on(model) if not watch.fields]
    paths = {path for watch in watching for path in watch.paths}
    with _explained({watch.entry for watch in watching}, f"A change of {model._meta.label}"):
        ends = follow_from_row(model, paths, key, using)
    _mark(((watch, watch.arguments_of_row(key, ends)) for watch in watching), using)


def _mark(found: Iterable[tuple[Watch, Iterable[Arguments]]], using: str) -> None:
    waiting = (_together.get() or {}).get(connections[using])
    act = Together() if waiting is None else waiting
    for watch, keys in found:
        for arguments in keys:
            key = (watch.entry, _encoded(watch, arguments))
            act.stale.add(key)
            if watch.after_commit:
                tell = partial(act.tell, key, watch.after_commit, arguments)
                transaction.on_commit(tell, using, robust=True)
    if waiting is None:
        _insert(act.stale, using)


@contextmanager
def marked_together(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction whose marks are written at its end, each key once: for an act that changes
    several models.

    What an inner savepoint takes back stays marked: a mark too many costs a rebuild, nothing else.
    """
    outer = _together.get() or {}
    with transaction.atomic(using=using):
        if connections[using] in outer:
            yield
            return
        act = Together()
        token = _together.set({**outer, connections[using]: act})
        try:
            yield
        finally:
            _together.reset(token)
        _insert(act.stale, using)


def mark(entry: str, arguments: Iterable[Arguments], using: str = DEFAULT_DB_ALIAS) -> int:
    """Marks keys of an entry by hand, for changes that bypassed the ORM; returns how many."""
    stale = [(entry, encode_arguments(key)) for key in arguments]
    with transaction.atomic(using=using, savepoint=False):
        _insert(stale, using)
    return len(stale)


class MarkQueue:
    """The marks that wait in the database. Each call is a transaction of its own."""

    def entries(self) -> list[str]:
        """The names of the entries of which marks wait."""
        with connection.cursor() as cursor:
            cursor.execute(_ENTRIES)
            return [name for (name,) in cursor.fetchall()]

    def after(self, entry: str, last_id: int, limit: int) -> list[Mark]:
        """The next marks of an entry in the order of their ids; from the start after 0."""
        return list(Mark.objects.filter(entry=entry, pk__gt=last_id).order_by("pk")[:limit])

    def fingerprints(self, entry: str) -> list[str]:
        """Those that lie in slots of an entry; to be asked after its marks were read."""
        return recorded(entry)

    def delete(self, ids: Iterable[int]) -> None:
        """Removes marks that were handled: by their ids, never by their key."""
        Mark.objects.filter(pk__in=ids).delete()


def _encoded(watch: Watch, arguments: Arguments) -> str:
    for argument in arguments:
        if not isinstance(argument, int | str):
            raise UnmarkableError(
                f"{watch.entry}: a change of {watch.model._meta.label} leads to {argument!r}, "
                "which is no argument of a key, and was not kept. Let its path in stale_when end "
                "with a field that holds int or str."
            )
    return encode_arguments(arguments)


def _insert(stale: Collection[Stale], using: str) -> None:
    marks = sorted(stale)
    operations = connections[using].ops
    table, now = (
        operations.quote_name(Mark._meta.db_table),
        operations.adapt_datetimefield_value(timezone.now()),
    )
    with (
        _explained({entry for entry, _arguments in stale}, "A change"),
        connections[using].cursor() as cursor,
    ):
        for start in range(0, len(marks), INSERTED_AT_ONCE):
            part = marks[start : start + INSERTED_AT_ONCE]
            rows = ", ".join(["(%s, %s, %s)"] * len(part))
            parameters = [value for mark in part for value in (*mark, now)]
            cursor.execute(_INSERT.format(table=table, rows=rows), parameters)


@contextmanager
def _explained(entries: set[str], change: str) -> Iterator[None]:
    """Says of an error of the database what it was in the way of. Its class stays: who tries again
    after a deadlock goes by that."""
    try:
        yield
    except DatabaseError as error:
        error.add_note(
            f"{change} could not be marked for {', '.join(sorted(entries))}, and was not kept. If "
            "the database was busy, try the whole transaction again; if a table is missing, run "
            "manage.py migrate."
        )
        raise
