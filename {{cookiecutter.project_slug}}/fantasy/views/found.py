"""What the views share."""

from __future__ import annotations

from typing import TypeVar

from django.http import Http404

V = TypeVar("V")


def found(value: V | None) -> V:
    """Raises Http404 when there is no such thing."""
    if value is None:
        raise Http404("There is no such page.")
    return value
