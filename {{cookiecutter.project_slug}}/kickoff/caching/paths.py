"""From rows that changed along foreign keys to the arguments of entries.

A path such as `membership__league` may follow foreign keys in both directions:
`memberships__league` leads from a user to all leagues that the user is in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connections, models
from django.db.models.constants import LOOKUP_SEP

from kickoff.compiled import Compiled, Shape

Model = type[models.Model]
Values = set[Any]  # of the column with which a path begins
Ends = Mapping[str, Mapping[Any, list[Any]]]  # path → value of that column → where it leads


def verify_path(model: Model, path: str) -> None:
    """Raises FieldDoesNotExist for a path that leads nowhere, ValueError for one that does not
    follow foreign keys to a field."""
    at: Any = model
    *steps, last = path.split(LOOKUP_SEP)
    for step in steps:
        field = at._meta.get_field(step)
        if not field.is_relation or field.many_to_many or not field.related_model:
            raise ValueError(f"{path}: {step} is no foreign key of {at._meta.label}.")
        at = field.related_model
    if last != "pk" and not at._meta.get_field(last).concrete:
        raise ValueError(f"{path}: it ends with rows, not with a field: {path}__pk.")


def begins_here(model: Model, path: str) -> bool:
    """Whether the row itself has the column with which a path begins; else other rows do."""
    return bool(_field(model, _first(path)).concrete)


def local_attname(model: Model, path: str) -> str:
    """The column of the model with which a path begins: `membership__league` → membership_id, and
    the primary key where it begins with rows that refer to this one."""
    field = _field(model, _first(path) if begins_here(model, path) else "pk")
    return str(field.attname)


def follow(model: Model, wanted: Mapping[str, Values], using: str) -> Ends:
    """Where the paths of a model lead from these values. One query for all paths that begin with
    the same foreign key."""
    ends: dict[str, dict[Any, list[Any]]] = {path: defaultdict(list) for path in wanted}
    for group in _groups(model, wanted):
        values = set().union(*(wanted[path] for path in group)) - {None}
        for value, *found in _ends(model, group, values, using) if values else ():
            for path, end in zip(group, found, strict=True):
                ends[path][value].append(end)
    for path in wanted:
        if LOOKUP_SEP not in path:
            ends[path] = {value: [value] for value in wanted[path]}
    return ends


def follow_from_row(model: Model, paths: Collection[str], key: Any, using: str) -> Ends:
    """Where the paths lead from a row, by its key. One query for all paths with one end each."""
    ends = {path: {key: [key] if path == "pk" else []} for path in paths}
    groups: dict[str, list[str]] = defaultdict(list)
    for path in sorted(set(paths) - {"pk"}):
        groups["" if _is_single_valued(model, path) else path].append(path)
    for group in groups.values():
        for _key, *found in _rows(model, group, {key}, using):
            for path, end in zip(group, found, strict=True):
                ends[path][key].append(end)
    return ends


def _groups(model: Model, paths: Iterable[str]) -> Iterator[list[str]]:
    """The paths that need a look at other rows, and which of them one query can follow."""
    together = defaultdict(list)
    for path in paths:
        if LOOKUP_SEP in path and _is_single_valued(model, path):
            together[_first(path)].append(path)
        elif LOOKUP_SEP in path:
            yield [path]
    yield from together.values()


# To what follows a SELECT that locks its rows against changes, not against other such SELECTs, nor
# against the rows that come to refer to them.
SHARED_LOCK = {"mysql": " LOCK IN SHARE MODE", "postgresql": " FOR SHARE"}


def _ends(model: Model, group: list[str], values: Values, using: str) -> list[tuple[Any, ...]]:
    """Rows of a value and the ends to which it leads."""
    if not begins_here(model, group[0]):
        return _rows(model, group, values, using)
    start = _field(model, _first(group[0])).related_model
    return _rows(start, [path.partition(LOOKUP_SEP)[2] for path in group], values, using)


def _rows(start: Model, names: list[str], keys: Values, using: str) -> list[tuple[Any, ...]]:
    """Rows of a key and the ends to which it leads, as they are now, whatever older view the
    transaction has; and locked, so that until it ends nobody moves them away from the keys that it
    marks."""
    lock = SHARED_LOCK.get(connections[using].vendor, "")
    one = _of_one(start, tuple(names))
    if len(keys) == 1 and one.takes([*keys], using):
        return one.rows(*keys, using=using, lock=lock)
    many = Shape(_query(start, names, keys).using(using))
    return many.rows(many.params, lock)


@cache
def _of_one(start: Model, names: tuple[str, ...]) -> Compiled:
    """From one row: what most changes lead to."""
    return Compiled(lambda key: _query(start, names, [key]), 1)


def _query(start: Model, names: Sequence[str], keys: Collection[Any]) -> Any:
    rows = start._base_manager.filter(pk__in=keys).order_by()
    return rows.values_list("pk", *names)


def _is_single_valued(model: Model, path: str) -> bool:
    at: Any = model
    for step in path.split(LOOKUP_SEP)[:-1]:
        field = at._meta.get_field(step)
        if not field.concrete:
            return False
        at = field.related_model
    return True


def _first(path: str) -> str:
    return path.partition(LOOKUP_SEP)[0]


def _field(model: Any, name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
