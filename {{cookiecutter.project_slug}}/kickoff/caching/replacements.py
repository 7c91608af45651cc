"""Rows of a parent that take the place of others, with one look at what both lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import NotSupportedError, connections, models, router, transaction

from kickoff.caching.marks import mark_rows
from kickoff.caching.paths import Model
from kickoff.caching.rows import columns_of
from kickoff.compiled import Compiled

DELETED_AT_ONCE = 900  # SQLite may take 999 parameters


def replace_rows(model: Model, parent: str, key: int, wanted: Sequence[models.Model]) -> None:
    """Leaves these rows of the parent and no others: a row that is there in all columns but its own
    key stays, others go, and what is missing is inserted.

    `parent` is the name of a foreign key. A deletion and a `bulk_create` do the same with twice the
    queries; like `bulk_create` it sends no signals. Raises NotSupportedError for a model to whose
    rows others may refer: these would have to go along.
    """
    names = _columns(model)
    using = router.db_for_write(model)
    with transaction.atomic(using=using, savepoint=False):
        found = [
            dict(zip(("pk", *names), row, strict=True))
            for row in _of_parent(model, parent).rows(key, using=using)
        ]
        there = {_state(row, names) for row in found}
        new = [row for row in wanted if _state(vars(row), names) not in there]
        stay = {_state(vars(row), names) for row in wanted}
        gone = [row for row in found if _state(row, names) not in stay]
        _delete(model, [row["pk"] for row in gone], using)
        # Past the queryset of the model, which would mark the new ones alone.
        plain: models.QuerySet[Any] = models.QuerySet(model, using=using)
        plain.bulk_create(new)
        mark_rows(model, [*gone, *(columns_of(row, names) for row in new)], using)


def _delete(model: Model, keys: Sequence[Any], using: str) -> None:
    """Nothing goes along: Django's collector would take longer than the database."""
    connection = connections[using]
    key: Any = model._meta.pk
    quote = connection.ops.quote_name
    for start in range(0, len(keys), DELETED_AT_ONCE):
        part = [
            key.get_db_prep_value(value, connection) for value in keys[start:][:DELETED_AT_ONCE]
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {quote(model._meta.db_table)} "
                f"WHERE {quote(key.column)} IN ({', '.join(['%s'] * len(part))})",
                part,
            )


def _state(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple([row[name] for name in names])


@cache
def _of_parent(model: Model, parent: str) -> Compiled:
    """As they are once nobody else is changing them; they stay so."""
    of_parent: Any = model._base_manager
    return Compiled(
        lambda key: (
            of_parent.filter(**{parent: key})
            .order_by()
            .select_for_update()
            .values_list("pk", *_columns(model))
        ),
        numbers=1,
    )


@cache
def _columns(model: Model) -> tuple[str, ...]:
    """All but the key. NotSupportedError where a row is more than these."""
    fields: Any = model._meta.get_fields(include_hidden=True)
    if model._meta.parents or any(field.is_relation and not field.concrete for field in fields):
        raise NotSupportedError(
            f"replace_rows does not look at what belongs to a row of {model._meta.label} and goes "
            "along with it. Use delete and bulk_create."
        )
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)
