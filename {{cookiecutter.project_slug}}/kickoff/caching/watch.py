"""Which changes make which keys stale: from a model to the arguments of entries.

A path such as `membership__league` leads from the changed row to an argument of the entry. It may
follow foreign keys in both directions, `memberships__league` from a user to all leagues that the
user is in. What a path meets on its way is watched by the declaration of its own model: a foreign
key that is set to another row marks what the old one led to as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db import models
from django.db.models.constants import LOOKUP_SEP

from kickoff.caching.keys import Arguments

Model = type[models.Model]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """A watch on some fields only: `Changed("username", to="memberships__league")`."""

    fields: tuple[str, ...]
    to: str

    def __init__(self, *fields: str, to: str) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "to", to)


@dataclass(frozen=True)
class Watch:
    """Rows of a model make the keys of an entry stale that the paths lead to.

    No paths: the entry has one key, without arguments. With `fields` only a row counts of which one
    of these is another afterwards, or that has come or gone. `after_commit` is told of each key
    once the change is committed.
    """

    entry: str
    model: Model
    paths: tuple[str, ...]
    fields: tuple[str, ...] = ()
    after_commit: Callable[[Arguments], None] | None = None

    @property
    def local_fields(self) -> tuple[str, ...]:
        """The columns of the row itself that it must know."""
        paths = (local_attname(self.model, path) for path in self.paths)
        fields = (local_attname(self.model, field) for field in self.fields)
        return tuple(dict.fromkeys([*paths, *fields]))

    def verify(self) -> None:
        """Raises FieldDoesNotExist for a path that leads nowhere, ValueError for one that does not
        follow foreign keys."""
        for field in self.fields:
            self.model._meta.get_field(field)
        for path in self.paths:
            model: Any = self.model
            *steps, last = path.split(LOOKUP_SEP)
            for step in steps:
                field = model._meta.get_field(step)
                if not field.is_relation or field.many_to_many or not field.related_model:
                    raise ValueError(f"{path}: {step} is no foreign key of {model._meta.label}.")
                model = field.related_model
            if last != "pk" and not model._meta.get_field(last).concrete:
                raise ValueError(f"{path}: it ends with rows, not with a field: {path}__pk.")

    @property
    def always_marks(self) -> bool:
        """Whether each write of a row marks: it needs no look at fields or at other rows."""
        first_steps = (path.partition(LOOKUP_SEP)[0] for path in self.paths)
        return not self.fields and all(_field(self.model, step).concrete for step in first_steps)

    def arguments_of(self, rows: Sequence[Row], using: str) -> set[Arguments]:
        """The arguments that rows, given by their local columns and keys, lead to."""
        rows = self._changed(rows) if self.fields else rows
        if not self.paths:
            return {()} if rows else set()
        ends = [self._follow(path, rows, using) for path in self.paths]
        found = {arguments for of_row in zip(*ends, strict=True) for arguments in product(*of_row)}
        return {arguments for arguments in found if None not in arguments}

    def _changed(self, rows: Sequence[Row]) -> list[Row]:
        """One row of each that differs before and after, or is not there at one of the times."""
        states: dict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            states[row["pk"]].append(row)
        names = [local_attname(self.model, field) for field in self.fields]
        return [
            of_row[0]
            for of_row in states.values()
            if len(of_row) < 2 or any(of_row[0][name] != of_row[-1][name] for name in names)
        ]

    def _follow(self, path: str, rows: Sequence[Row], using: str) -> list[list[Any]]:
        """For each row the ends of a path."""
        values = [row[local_attname(self.model, path)] for row in rows]
        first, _, rest = path.partition(LOOKUP_SEP)
        if not rest:
            return [[value] for value in values]
        field = _field(self.model, first)
        known = set(values) - {None}
        if field.concrete:
            found = _locked(field.related_model, using).filter(pk__in=known).values_list("pk", rest)
        else:  # to the rows that refer to this one
            found = _locked(self.model, using).filter(pk__in=known).values_list("pk", path)
        ends: dict[Any, list[Any]] = defaultdict(list)
        for value, end in found if known else ():
            ends[value].append(end)
        return [ends[value] for value in values]


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

    def audited_tables(self) -> set[str]:
        """The tables of which each write must mark."""
        return {
            model._meta.db_table
            for model, watching in self._by_model.items()
            if any(watch.always_marks for watch in watching)
        }

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
    """The column of the model with which a path begins: `membership__league` → membership_id, and
    the primary key where it begins with rows that refer to this one."""
    first = path.partition(LOOKUP_SEP)[0]
    field = _field(model, first)
    return str(field.attname if field.concrete else _field(model, "pk").attname)


def columns_of(instance: models.Model, names: Iterable[str]) -> dict[str, Any]:
    return {"pk": instance.pk, **{name: getattr(instance, name) for name in names}}


def _field(model: Model, name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _locked(model: Any, using: str) -> Any:
    """Rows as they are now, whatever older view the transaction has; until it ends nobody moves
    them away from keys that it has marked."""
    return model._base_manager.using(using).select_for_update()


def _concrete(model: Model) -> Model:
    concrete = model._meta.concrete_model
    assert concrete is not None
    return concrete
