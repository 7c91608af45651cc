"""The base model and queryset of everything that cached pages show.

Whatever changes a row through the ORM marks the keys that it makes stale, in the same transaction.
Django sends `post_save` after the transaction of `save()` has closed, and bulk operations send no
signal at all; so the marks are written here and not by receivers of signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self, TypeVar

from django.db import NotSupportedError, models, router, transaction
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


def _rows(
    model: Model, keys: Sequence[Any], names: Sequence[str], using: str
) -> list[dict[str, Any]]:
    """The columns of rows as they are in the database, locked until the transaction ends.

    Without the lock another transaction could move a row away from keys that nobody marks then.
    """
    rows = model._base_manager.using(using).filter(pk__in=keys).order_by()
    return list(rows.select_for_update().values("pk", *names))


def mark_deleted(sender: Model, instance: models.Model, using: str, **kwargs: Any) -> None:
    """Marks while the row and what it points to are still there; deletion is one transaction."""
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
