"""Brings rows of the database in line with what they are to be: compares, and writes what differs.

Rows that stay keep their keys, so that what refers to them (line-ups, events) stays too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Generic, TypeVar

from django.db.models import F, Model, QuerySet, RestrictedError

M = TypeVar("M", bound=Model)
Identity = Callable[[M], Hashable]

SPARE = 100  # the first number that no player has on his shirt, no round in a schedule
ASIDE = 10_000  # above all numbers in use; fits into a small integer


@dataclass
class Pairing(Generic[M]):
    """Which row is to become what, what has no row yet, which rows nothing corresponds to."""

    known: list[tuple[M, M]] = field(default_factory=list)
    new: list[M] = field(default_factory=list)
    gone: list[M] = field(default_factory=list)


def pair(rows: Iterable[M], wanted: Iterable[M], identities: Sequence[Identity[M]]) -> Pairing[M]:
    """Finds the row behind each wanted one by the first identity, the rest by the next, and so on.

    A player, for example, is known by his name; or else, if that was corrected, by his number and
    birthday. An identity that is None is nobody's.
    """
    pairing = Pairing(new=list(wanted), gone=list(rows))
    for identity in identities:
        by_identity = {identity(row): row for row in reversed(pairing.gone)}
        by_identity.pop(None, None)
        new = []
        for row in pairing.new:
            counterpart = by_identity.pop(identity(row), None)
            if counterpart is None:
                new.append(row)
            else:
                pairing.known.append((counterpart, row))
                pairing.gone.remove(counterpart)
        pairing.new = new
    return pairing


def write(rows: QuerySet[M], pairing: Pairing[M], fields: Sequence[str]) -> None:
    """Creates what is new, and changes the fields of known rows where they differ."""
    changed, renumbered = [], []
    for row, wanted in pairing.known:
        differing = [name for name in fields if getattr(row, name) != getattr(wanted, name)]
        for name in differing:
            setattr(row, name, getattr(wanted, name))
        if differing:
            changed.append(row)
        if "number" in differing:
            renumbered.append(row.pk)
    manager = rows.model._default_manager
    if renumbered:  # Rows that swap their numbers would have the same one for a moment.
        manager.filter(pk__in=renumbered).update(number=F("number") + ASIDE)
    manager.bulk_update(changed, fields)
    manager.bulk_create(pairing.new)


def give_way(pairing: Pairing[M], scope: str) -> None:
    """Rows that are gone leave their numbers to others in the same scope that are to have them."""
    wanted: list[Any] = [*pairing.new, *(wanted for _row, wanted in pairing.known)]
    taken = {(getattr(row, scope), row.number) for row in [*wanted, *pairing.gone]}
    needed = {(getattr(row, scope), row.number) for row in wanted}
    rows: list[Any] = list(pairing.gone)
    for row in rows:
        place = getattr(row, scope)
        if (place, row.number) in needed:
            row.number = next(n for n in count(SPARE) if (place, n) not in taken)
            row.save(update_fields=["number"])
            taken.add((place, row.number))


def delete_unused(gone: Iterable[M]) -> list[M]:
    """Deletes rows that are gone. Returns those that something protected refers to."""
    kept = []
    for row in gone:
        try:
            row.delete()
        except RestrictedError:
            kept.append(row)
    return kept
