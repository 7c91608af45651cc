"""Which changes make which keys stale: from a model to the arguments of entries.

A path such as `membership__league` leads from the changed row to an argument of the entry. It may
follow foreign keys forward, so that the rows need not be read again to find the keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.constants import LOOKUP_SEP

from kickoff.caching.keys import Arguments

Model = type[models.Model]


@dataclass(frozen=True)
class Watch:
    """Rows of a model make the keys of an entry stale that the paths lead to.

    No paths: the entry has one key, without arguments. `after_commit` is told of each key once the
    change is committed.
    """

    entry: str
    model: Model
    paths: tuple[str, ...]
    after_commit: Callable[[Arguments], None] | None = None

    @property
    def local_fields(self) -> tuple[str, ...]:
        """The columns of the row itself with which the paths begin."""
        return tuple(local_attname(self.model, path) for path in self.paths)

    def verify(self) -> None:
        """Raises FieldDoesNotExist for a path that leads nowhere, ValueError for one that is not
        made of foreign keys of single rows."""
        for path in self.paths:
            model: Any = self.model
            *steps, last = path.split(LOOKUP_SEP)
            for step in steps:
                field = model._meta.get_field(step)
                if not (field.many_to_one or field.one_to_one) or not field.concrete:
                    raise ValueError(f"{path}: {step} is no foreign key of {model._meta.label}.")
                model = field.related_model
            if last != "pk":
                model._meta.get_field(last)

    def arguments_of(self, rows: Sequence[dict[str, Any]], using: str) -> set[Arguments]:
        """The arguments that rows, given by their local columns, lead to."""
        columns = [self._follow(path, rows, using) for path in self.paths]
        found = zip(*columns, strict=True) if columns else [()] * bool(rows)
        return {arguments for arguments in found if None not in arguments}

    def _follow(self, path: str, rows: Sequence[dict[str, Any]], using: str) -> list[Any]:
        values = [row[local_attname(self.model, path)] for row in rows]
        first, _, rest = path.partition(LOOKUP_SEP)
        if not rest:
            return values
        related: Any = self.model._meta.get_field(first).related_model
        targets = related._base_manager.using(using).filter(pk__in=set(values) - {None})
        ends = dict(targets.values_list("pk", rest))
        return [ends.get(value) for value in values]


class Watches:
    """All watches of the site, by model."""

    def __init__(self) -> None:
        self._by_model: dict[Model, list[Watch]] = defaultdict(list)

    def add(self, watch: Watch) -> None:
        self._by_model[watch.model].append(watch)

    def on(self, model: Model) -> list[Watch]:
        return self._by_model.get(_concrete(model), [])

    def models(self) -> set[Model]:
        return set(self._by_model)

    def tables_of(self, entries: Iterable[str]) -> set[str]:
        """The tables on which these entries depend."""
        names = set(entries)
        return {
            model._meta.db_table
            for model, watching in self._by_model.items()
            if any(watch.entry in names for watch in watching)
        }

    def local_fields(self, model: Model) -> tuple[str, ...]:
        """All columns that a change of this model's rows must know before and after."""
        names = {name for watch in self.on(model) for name in watch.local_fields}
        return tuple(sorted(names))


watches = Watches()


def local_attname(model: Model, path: str) -> str:
    """The column of the model with which a path begins: `membership__league` → membership_id."""
    first = path.partition(LOOKUP_SEP)[0]
    field = model._meta.pk if first == "pk" else model._meta.get_field(first)
    return field.attname  # type: ignore[union-attr]


def columns_of(instance: models.Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in names}


def _concrete(model: Model) -> Model:
    concrete = model._meta.concrete_model
    assert concrete is not None
    return concrete
