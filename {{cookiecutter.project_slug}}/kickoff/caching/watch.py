"""Which changes make which keys stale: from a model to the arguments of entries.

What a path meets on its way is watched by the declaration of its own model: a foreign key that is
set to another row marks what the old one led to as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from kickoff.caching.keys import Arguments
from kickoff.caching.paths import Ends, Model, begins_here, local_attname, verify_path

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Changed:
    """A watch on some fields only: `Changed("username", to="memberships__league")`.

    Each path of `to` leads to keys with one argument, whether the others lead anywhere or not.
    """

    fields: tuple[str, ...]
    to: tuple[str, ...]

    def __init__(self, *fields: str, to: str | tuple[str, ...]) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "to", (to,) if isinstance(to, str) else to)


Paths = str | tuple[str, ...] | Changed  # as a declaration names them


def by_watch(paths: Paths) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The paths of each watch, and the fields of which one must have changed."""
    if isinstance(paths, Changed):
        return [((path,), paths.fields) for path in paths.to]
    return [((paths,) if isinstance(paths, str) else tuple(paths), ())]


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

    @cached_property
    def first_columns(self) -> dict[str, str]:
        """By path the column of the row itself with which it begins."""
        return {path: local_attname(self.model, path) for path in self.paths}

    @cached_property
    def field_columns(self) -> tuple[str, ...]:
        return tuple(local_attname(self.model, field) for field in self.fields)

    def verify(self) -> None:
        """Raises FieldDoesNotExist for what is not there, ValueError for a path that is none."""
        for field in self.fields:
            self.model._meta.get_field(field)
        for path in self.paths:
            verify_path(self.model, path)

    @cached_property
    def begins_in_row(self) -> bool:
        """Whether its paths begin with columns of the row; else with rows that refer to it."""
        return all(begins_here(self.model, path) for path in self.paths)

    @property
    def always_marks(self) -> bool:
        """Whether each write of a row marks: it needs no look at fields or at other rows."""
        return not self.fields and self.begins_in_row

    def relevant(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Of rows before and after a change those that count."""
        if not self.fields:
            return rows
        states: dict[Any, list[Row]] = defaultdict(list)
        for row in rows:
            states[row["pk"]].append(row)
        return [
            of_row[0]
            for of_row in states.values()
            if len(of_row) < 2
            or any(of_row[0][name] != of_row[-1][name] for name in self.field_columns)
        ]

    def arguments_of(self, rows: Sequence[Row], ends: Ends) -> set[Arguments]:
        """The arguments that relevant rows lead to, given where the paths end."""
        if not self.paths:
            return {()} if rows else set()
        columns = [(ends[path], name) for path, name in self.first_columns.items()]
        # Rows of one parent begin with the same values.
        starts = {tuple([row[name] for _of_path, name in columns]) for row in rows}
        return _complete(
            arguments
            for start in starts
            for arguments in product(
                *(
                    of_path.get(value, ())
                    for (of_path, _name), value in zip(columns, start, strict=True)
                )
            )
        )

    def arguments_of_row(self, key: Any, ends: Ends) -> set[Arguments]:
        """The same, given where the paths end that lead from a row itself."""
        return _complete(product(*(ends[path].get(key, ()) for path in self.paths)))


def _complete(found: Iterable[Arguments]) -> set[Arguments]:
    """A path that leads through NULL leads nowhere."""
    return {arguments for arguments in found if None not in arguments}


class Watches:
    """All watches of the site, by model."""

    def __init__(self) -> None:
        self._by_model: dict[Model, list[Watch]] = defaultdict(list)

    def add(self, watch: Watch) -> None:
        self._by_model[watch.model].append(watch)

    def on(self, model: Model) -> list[Watch]:
        """The watches of a model and of those from which it inherits a table."""
        found = list(self._by_model.get(_concrete(model), ()))
        for parent in _concrete(model)._meta.get_parent_list():
            found += self._by_model.get(parent, ())
        return found

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
        names = {
            name
            for watch in self.on(model)
            for name in (*watch.first_columns.values(), *watch.field_columns)
        }
        return tuple(sorted(names))


watches = Watches()


def _concrete(model: Model) -> Model:
    concrete = model._meta.concrete_model
    assert concrete is not None
    return concrete
