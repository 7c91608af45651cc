"""From rows of the database to page objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from django.db.models import Model

S = TypeVar("S", bound=msgspec.Struct)


def shape(row: Model, into: type[S]) -> S:
    """The page object with the attributes of the row, and of what it refers to. Refer only to what
    the queryset has brought with it: anything else is a query for each row."""
    return msgspec.convert(row, into, from_attributes=True)


def shape_all(rows: Iterable[Model], into: type[S]) -> tuple[S, ...]:
    return tuple(shape(row, into) for row in rows)
