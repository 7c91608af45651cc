"""Deletions mark what goes, and what goes along, while it is there for the paths to follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any

from django.db import models, transaction
from django.db.models.deletion import Collector, ProtectedError, RestrictedError
from django.db.models.signals import m2m_changed, pre_delete

from kickoff.caching.marks import mark_rows
from kickoff.caching.paths import Model
from kickoff.caching.rows import columns_of, rows_of
from kickoff.caching.watch import watches

Deleted = tuple[int, dict[str, int]]  # as Django tells it

# The rows that are being deleted and whose marks are written already.
_marked: ContextVar[frozenset[tuple[Model, Any]]] = ContextVar("marked", default=frozenset())


def delete_marked(
    find: Callable[[], Sequence[models.Model]],
    using: str,
    *,
    origin: models.Model | models.QuerySet[Any],
    locked: Model | None = None,
    keep_parents: bool = False,
) -> Deleted:
    """Deletes rows and marks them, with all that goes along, model by model and not row by row.

    `find` is called inside the transaction; the rows of the model `locked` are as they are in the
    database and stay so. Raises ProtectedError and RestrictedError, with nothing done.
    """
    with transaction.atomic(using=using, savepoint=False):
        collector = Collector(using=using, origin=origin)
        try:
            collector.collect(find(), keep_parents=keep_parents)
        except (ProtectedError, RestrictedError) as error:
            refusal: Exception = error  # Raised in here, it would spoil the caller's transaction.
        else:
            _mark_collected(collector, using, locked)
            return _delete(collector)
    raise refusal


def _mark_collected(collector: Collector, using: str, locked: Model | None) -> None:
    for model, instances in collector.data.items():
        if not watches.on(model):
            continue
        names = watches.local_fields(model)
        if model is locked:
            rows = [columns_of(instance, names) for instance in instances]
        else:
            rows = rows_of(model, [instance.pk for instance in instances], names, using)
        mark_rows(model, rows, using)


def _delete(collector: Collector) -> Deleted:
    rows = {(model, row.pk) for model, rows in collector.data.items() for row in rows}
    token = _marked.set(_marked.get() | rows)
    try:
        return collector.delete()
    finally:
        _marked.reset(token)


def mark_deleted(sender: Model, instance: models.Model, using: str, **kwargs: Any) -> None:
    """Marks a row that goes with one of an unwatched model, while what it points to is there."""
    if (sender, instance.pk) not in _marked.get():
        names = watches.local_fields(sender)
        mark_rows(sender, rows_of(sender, [instance.pk], names, using), using)


def mark_related(
    sender: Model,
    instance: models.Model,
    action: str,
    reverse: bool,
    model: Model,
    pk_set: set[Any] | None,
    using: str,
    **kwargs: Any,
) -> None:
    """Marks both ends of a many-to-many relation that changes."""
    ends: list[Model] = [type(instance), model]
    if action not in ("post_add", "post_remove", "pre_clear") or not any(map(watches.on, ends)):
        return
    others = _linked(sender, instance, model, reverse, using) if pk_set is None else list(pk_set)
    for end, keys in [(type(instance), [instance.pk]), (model, others)]:
        if watches.on(end):
            mark_rows(end, rows_of(end, keys, watches.local_fields(end), using), using)


def _linked(
    through: Model, instance: models.Model, model: Model, reverse: bool, using: str
) -> list[Any]:
    """The keys of the rows that a many-to-many relation links with an instance."""
    declares = model if reverse else type(instance)
    relations: Any = declares._meta.many_to_many
    relation = next(field for field in relations if field.remote_field.through is through)
    names = [relation.m2m_field_name(), relation.m2m_reverse_field_name()]
    here, there = reversed(names) if reverse else names
    links = through._base_manager.using(using).filter(**{here: instance.pk})
    return list(links.values_list(there, flat=True))


def connect() -> None:
    """Listens to deletions of watched rows and to many-to-many changes.

    To watched models only: a listener to deletions makes Django read what it deletes.
    """
    for model in watches.models():
        pre_delete.connect(mark_deleted, sender=model, dispatch_uid=f"kickoff.delete.{model}")
    m2m_changed.connect(mark_related, dispatch_uid="kickoff.m2m")
