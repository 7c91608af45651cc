"""The base model and queryset of everything that cached pages show.

Whatever changes a row through the ORM marks the keys that it makes stale, in the same transaction.
Django sends `post_save` after the transaction of `save()` has closed, and bulk operations send no
signal at all; so the marks are written here and not by receivers of signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self, TypeVar

from django.db import NotSupportedError, connections, models, router, transaction

from kickoff.caching.deletions import Deleted, delete_marked
from kickoff.caching.fetching import forbid_lazy_fetches
from kickoff.caching.marks import mark_rows, mark_unmoved
from kickoff.caching.rows import attnames, columns_of, rows_of
from kickoff.caching.watch import watches

_M = TypeVar("_M", bound=models.Model, covariant=True)


class WatchedQuerySet(models.QuerySet[_M]):
    """A queryset whose `update`, `bulk_create` and `delete` mark. (`bulk_update` uses `update`.)"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        forbid_lazy_fetches(self)

    def update(self, **values: Any) -> int:
        if not watches.on(self.model):
            return super().update(**values)
        names = watches.local_fields(self.model)
        with transaction.atomic(using=self._write_to, savepoint=False):
            before = list(self._locked().values("pk", *names))
            keys = [row["pk"] for row in before]
            # Only the rows that were seen: one that comes to match meanwhile would go unmarked.
            updated = super(WatchedQuerySet, self._only(keys)).update(**values)
            touches_names = attnames(self.model, values) & set(names)
            after = rows_of(self.model, keys, names, self._write_to) if touches_names else before
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
            after = [columns_of(row, names) for row in created]
            mark_rows(self.model, after, self._write_to, were_created=True)
        return created

    bulk_create.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> Deleted:
        if self._is_refused_by_django():
            return super().delete()
        locked = self.model
        deleted = delete_marked(self._locked_rows, self._write_to, origin=self, locked=locked)
        self._result_cache = None
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _is_refused_by_django(self) -> bool:
        query = self.query
        is_special = query.combinator or query.is_sliced or query.distinct_fields
        return bool(is_special) or self._fields is not None  # type: ignore[attr-defined]

    def _locked_rows(self) -> list[_M]:
        return list(self._locked().select_related(None))

    def _locked(self) -> Self:
        """The rows as they are once nobody else is changing them; they stay so.

        Where the server can (MySQL 8, not MariaDB) the rows of other tables at which a condition
        looks stay free.
        """
        found = self.using(self._write_to)._unordered()
        if found.query.distinct or found.query.group_by or found.query.combinator:
            return found  # Such a query cannot lock.
        can_choose = connections[self._write_to].features.has_select_for_update_of
        return found.select_for_update(of=("self",) if can_choose else ())

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
    """A model whose changes mark. Its `objects` must be made from a `WatchedQuerySet`.

    A change, its marks and what receivers of `post_save` do are one transaction: when one of them
    raises, nothing is kept. Inside an `atomic` of the caller that whole block can no longer commit;
    who wants to go on after the error needs a block around the change alone.
    """

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
            if _stays(model, kwargs.get("update_fields"), names):
                super().save_base(*args, **kwargs)
                mark_unmoved(model, self.pk, using)
                return
            # Read, not remembered: what this instance holds may be older, or changed and not saved.
            before = [] if self.pk is None else rows_of(model, [self.pk], names, using)
            super().save_base(*args, **kwargs)
            after = columns_of(self, names)
            mark_rows(model, [*before, after], using, were_created=not before)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> Deleted:
        if self.pk is None:
            return super().delete(using, keep_parents)  # Django says what is wrong with that.
        using = using or router.db_for_write(type(self), instance=self)
        return delete_marked(lambda: [self], using, origin=self, keep_parents=keep_parents)

    delete.alters_data = True  # type: ignore[attr-defined]


def _stays(model: type[models.Model], written: Iterable[str] | None, names: Sequence[str]) -> bool:
    """Whether a row that is written in these fields leads where it led."""
    return written is not None and not attnames(model, written) & set(names)
