"""Writing marks: in the transaction of the change, each time, without looking at what is there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction

from kickoff.caching.fingerprints import recorded
from kickoff.caching.keys import Arguments, encode_arguments
from kickoff.caching.models import Mark
from kickoff.caching.watch import Model, watches


def mark_rows(model: Model, rows: Sequence[dict[str, Any]], using: str) -> None:
    """Marks what rows lead to; they are given by their columns before and after the change.

    Must be called inside the transaction of the change.
    """
    stale = set()
    for watch in watches.on(model):
        for arguments in watch.arguments_of(rows, using):
            stale.add((watch.entry, encode_arguments(arguments)))
            if watch.after_commit:
                transaction.on_commit(partial(watch.after_commit, arguments), using, robust=True)
    _insert(sorted(stale), using)


def mark(entry: str, arguments: Iterable[Arguments], using: str = DEFAULT_DB_ALIAS) -> int:
    """Marks keys of an entry by hand, for changes that bypassed the ORM; returns how many."""
    stale = [(entry, encode_arguments(key)) for key in arguments]
    with transaction.atomic(using=using, savepoint=False):
        _insert(stale, using)
    return len(stale)


class MarkQueue:
    """The marks that wait in the database. Each call is a transaction of its own."""

    def after(self, last_id: int, limit: int) -> list[Mark]:
        """The next marks in the order of their ids; from the start when `last_id` is 0.

        Every pass begins at the start: a transaction that began earlier may commit later.
        """
        return list(Mark.objects.filter(pk__gt=last_id).order_by("pk")[:limit])

    def fingerprints(self, entries: Collection[str]) -> dict[str, list[str]]:
        """For the entries of marks that were read: the types of values that lie in slots."""
        return recorded(entries)

    def delete(self, ids: Iterable[int]) -> None:
        """Removes marks that were handled: by their ids, never by their key."""
        Mark.objects.filter(pk__in=ids).delete()


def _insert(stale: Iterable[tuple[str, str]], using: str) -> None:
    Mark.objects.using(using).bulk_create(
        Mark(entry=entry, arguments=arguments) for entry, arguments in stale
    )
