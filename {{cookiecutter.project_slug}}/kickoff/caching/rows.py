"""The columns of rows on which marks depend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import models

from kickoff.caching.paths import Model
from kickoff.compiled import Compiled


def rows_of(
    model: Model, keys: Sequence[Any], names: Sequence[str], using: str
) -> list[dict[str, Any]]:
    """The columns of rows as they are in the database, locked until the transaction ends.

    Without the lock another transaction could move a row away from keys that nobody marks then.
    """
    one = _of_one(model, tuple(names))
    if len(keys) == 1 and one.takes(keys, using):
        return [dict(zip(("pk", *names), row, strict=True)) for row in one.rows(*keys, using=using)]
    return list(_locked(model, keys).using(using).values("pk", *names))


@cache
def _of_one(model: Model, names: tuple[str, ...]) -> Compiled:
    """Each `save` reads one row."""
    return Compiled(lambda key: _locked(model, [key]).values_list("pk", *names), 1)


def _locked(model: Model, keys: Sequence[Any]) -> models.QuerySet[Any]:
    return model._base_manager.filter(pk__in=keys).order_by().select_for_update()


def columns_of(instance: models.Model, names: Iterable[str]) -> dict[str, Any]:
    return {"pk": instance.pk, **{name: getattr(instance, name) for name in names}}


def attnames(model: Model, names: Iterable[str]) -> set[str]:
    """The columns of fields that are given by their names or by the names of their columns."""
    wanted = set(names)
    return {
        field.attname
        for field in model._meta.concrete_fields
        if field.name in wanted or field.attname in wanted
    }
