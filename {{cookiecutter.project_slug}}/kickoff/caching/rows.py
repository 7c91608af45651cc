"""The columns of rows on which marks depend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from kickoff.caching.paths import Model


def rows_of(
    model: Model, keys: Sequence[Any], names: Sequence[str], using: str
) -> list[dict[str, Any]]:
    """The columns of rows as they are in the database, locked until the transaction ends.

    Without the lock another transaction could move a row away from keys that nobody marks then.
    """
    rows = model._base_manager.using(using).filter(pk__in=keys).order_by()
    return list(rows.select_for_update().values("pk", *names))


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
