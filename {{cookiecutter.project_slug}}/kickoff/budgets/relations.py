"""Which relation is missing from the queryset when the same question is asked row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)
from django.db.models.query_utils import DeferredAttribute

_NUMBERS = {"count", "aggregate", "exists"}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to add to the queryset of `model`."""

    call: str
    model: str

    def __str__(self) -> str:
        return f"{self.call} would remove it (in the queryset of {self.model})"


def remedy_for(frames: Iterable[FrameType]) -> Remedy | None:
    """The remedy for a statement that these frames, innermost first, have issued; if it has one."""
    queryset: QuerySet[Any] | None = None
    asked = ""
    for frame in frames:
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith("django."):
            break
        subject = frame.f_locals.get("self")
        kind = type(subject)
        if frame.f_code.co_name == "__get__":
            return _of_descriptor(subject, kind, frame.f_locals.get("instance"))
        if issubclass(kind, QuerySet):
            queryset, asked = subject, frame.f_code.co_name
    return _of_related_rows(queryset, asked) if queryset is not None else None


def _of_descriptor(descriptor: Any, kind: type, instance: Any) -> Remedy | None:
    model = type(instance).__name__
    if issubclass(kind, ForwardManyToOneDescriptor):
        return Remedy(f"select_related({descriptor.field.name!r})", model)
    if issubclass(kind, ReverseOneToOneDescriptor):
        return Remedy(f"select_related({descriptor.related.get_accessor_name()!r})", model)
    if issubclass(kind, DeferredAttribute):
        return Remedy(f"loading the deferred field {descriptor.field.name!r}", model)
    if kind.__name__.startswith("GenericForeignKey"):
        name = getattr(descriptor, "field", descriptor).name
        return Remedy(f"prefetch_related({name!r})", model)
    return None


def _of_related_rows(queryset: QuerySet[Any], asked: str) -> Remedy | None:
    """For the rows that point at an instance: league.memberships.all(), .count(), .exists()."""
    model: Any = type(getattr(queryset, "_hints", {}).get("instance"))
    if not issubclass(model, Model):
        return None
    name = _accessor(queryset, model)
    if not name:
        return None
    if asked in _NUMBERS:
        call = f"annotate(Count({name!r}))"
    elif len(queryset.query.where.children) > 1:
        call = f"prefetch_related(Prefetch({name!r}, queryset=…))"
    else:
        call = f"prefetch_related({name!r})"
    return Remedy(call, model.__name__)


def _accessor(queryset: QuerySet[Any], model: type[Model]) -> str:
    """The attribute of the model that gave the queryset; empty when several could have."""
    for field in getattr(queryset, "_known_related_objects", {}):
        return str(field.remote_field.get_accessor_name() or "")
    relations: list[Any] = [
        relation
        for relation in model._meta.get_fields()
        if relation.many_to_many and relation.related_model is queryset.model
    ]
    names = [
        relation.get_accessor_name() if relation.auto_created else relation.name
        for relation in relations
    ]
    return str(names[0] or "") if len(names) == 1 else ""
