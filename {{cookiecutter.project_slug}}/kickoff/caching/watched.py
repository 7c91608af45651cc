"""The base model and queryset of everything that cached pages show.

Whatever changes a row through the ORM marks the keys that it makes stale, in the same transaction.
Django sends `post_save` after the transaction of `save()` has closed, and bulk operations send no
signal at all; so the marks are written here and not by receivers of signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self, TypeVar

from django.db import NotSupportedError, models, router, transaction
from django.db.models.deletion import Collector
from django.db.models.signals import m2m_changed, pre_delete

from kickoff.caching.marks import mark_rows
from kickoff.caching.watch import Model, columns_of, watches

_M = TypeVar("_M", bound=models.Model, covariant=True)


class WatchedQuerySet(models.QuerySet[_M]):
    """A queryset whose `update` and `bulk_create` mark. (`bulk_update` and `delete` use those.)"""

    def update(self, **values: Any) -> int:
        if not watches.on(self.model):
            return super().update(**values)
        names = watches.local_fields(self.model)
        with transaction.atomic(using=self._write_to, savepoint=False):
            keys = list(self._unordered().values_list("pk", flat=True))
            before = _rows(self.model, keys, names, self._write_to)
            # Only the rows that were seen: one that comes to match meanwhile would go unmarked.
            updated = super(WatchedQuerySet, self._only(keys)).update(**values)
            after = _rows(self.model, keys, names, self._write_to)
            mark_rows(self.model, [*before, *after], self._write_to)
        return updated

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Iterable[_M], *args: Any, **kwargs: Any) -> list[_M]:
        if not watches.on(self.model):
            return super().bulk_create(objs, *args, **kwargs)
        if kwargs.get("update_conflicts"):
            raise NotSupportedError(
                f"bulk_create(update_conflicts=True) does not tell which rows of "
                f"{self.model._meta.label} it changes, so nothing can be marked. "
                "Use bulk_create and bulk_update."
            )
        rows = list(objs)
        with transaction.atomic(using=self._write_to, savepoint=False):
            created = super().bulk_create(rows, *args, **kwargs)
            names = watches.local_fields(self.model)
            mark_rows(self.model, [columns_of(row, names) for row in created], self._write_to)
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        with _marked_deletion(self, self._write_to):
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    @property
    def _write_to(self) -> str:
        self._for_write = True
        return self.db

    def _only(self, keys: Sequence[Any]) -> Self:
        return self.filter(pk__in=keys)

    def _unordered(self) -> Self:
        clone = self._chain()  # type: ignore[attr-defined]
        return clone.order_by()  # type: ignore[no-any-return]


class WatchedModel(models.Model):
    """A model whose changes mark. Its `objects` must be made from a `WatchedQuerySet`."""

    class Meta:
        abstract = True
        # Reverse `add()` and SET_NULL write through the base manager.
        base_manager_name = "objects"

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        model = type(self)
        if not watches.on(model):
            super().save_base(*args, **kwargs)
            return
        using = kwargs.get("using") or router.db_for_write(model, instance=self)
        names = watches.local_fields(model)
        with transaction.atomic(using=using, savepoint=False):
            before = [] if self.pk is None else _rows(model, [self.pk], names, using)
            super().save_base(*args, **kwargs)
            mark_rows(model, [*before, columns_of(self, names)], using)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with _marked_deletion([self], using):
            return super().delete(*args, **kwargs)


# Set while rows are deleted whose marks, and those of all that goes with them, are written already.
_is_marked = ContextVar("is_marked", default=False)


@contextmanager
def _marked_deletion(rows: Iterable[models.Model], using: str) -> Iterator[None]:
    """Marks what the deletion of rows will take along, model by model and not row by row.

    Must come before the deletion: the rows that the paths follow are still there.
    """
    if _is_marked.get():
        yield
        return
    # What is protected refuses here, before a transaction has begun that would be lost with it.
    collector = Collector(using=using)
    collector.collect(list(rows))
    with transaction.atomic(using=using, savepoint=False):
        for model, instances in collector.data.items():
            if watches.on(model):
                keys = [instance.pk for instance in instances]
                mark_rows(model, _rows(model, keys, watches.local_fields(model), using), using)
        token = _is_marked.set(True)
        try:
            yield
        finally:
            _is_marked.reset(token)


def _rows(
    model: Model, keys: Sequence[Any], names: Sequence[str], using: str
) -> list[dict[str, Any]]:
    """The columns of rows as they are in the database, locked until the transaction ends.

    Without the lock another transaction could move a row away from keys that nobody marks then.
    """
    rows = model._base_manager.using(using).filter(pk__in=keys).order_by()
    return list(rows.select_for_update().values("pk", *names))


def mark_deleted(sender: Model, instance: models.Model, using: str, **kwargs: Any) -> None:
    """Marks a row that goes with one of an unwatched model, while what it points to is there."""
    if _is_marked.get():
        return
    mark_rows(sender, _rows(sender, [instance.pk], watches.local_fields(sender), using), using)


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
    if action not in ("post_add", "post_remove", "pre_clear"):
        return
    others = _linked(sender, instance, model, using) if pk_set is None else list(pk_set)
    for end, keys in [(type(instance), [instance.pk]), (model, others)]:
        if watches.on(end):
            mark_rows(end, _rows(end, keys, watches.local_fields(end), using), using)


def _linked(through: Model, instance: models.Model, model: Model, using: str) -> list[Any]:
    """The keys of the rows that a many-to-many relation links with an instance."""
    columns: dict[Any, str] = {
        field.related_model: field.attname for field in through._meta.fields if field.many_to_one
    }
    links = through._base_manager.using(using).filter(**{columns[type(instance)]: instance.pk})
    return list(links.values_list(columns[model], flat=True))


def connect() -> None:
    """Listens to deletions of watched rows and to many-to-many changes.

    To watched models only: a listener to deletions makes Django read what it deletes.
    """
    for model in watches.models():
        pre_delete.connect(mark_deleted, sender=model, dispatch_uid=f"kickoff.delete.{model}")
    m2m_changed.connect(mark_related, dispatch_uid="kickoff.m2m")
