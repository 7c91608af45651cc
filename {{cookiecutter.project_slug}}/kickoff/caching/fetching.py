"""While a value is built no row fetches a related row by itself: a loop over lazy attributes is
what makes a page slow, and the builder's queryset can bring all at once.

In development and in tests such a fetch is an error; in production it is logged, and happens. Needs
the fetch modes of Django 6.1; with Django 5.2 nothing is noticed here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from kickoff.caching import conf

logger = logging.getLogger(__name__)

TELL_S = 60.0
_told_at: dict[str, float] = {}

_building: ContextVar[str | None] = ContextVar("building", default=None)


class LazyFetchError(Exception):
    """A builder makes a query for each row."""


@contextmanager
def building(entry: str) -> Iterator[None]:
    """Querysets of watched models that are made in this block fetch nothing lazily."""
    token = _building.set(entry)
    try:
        yield
    finally:
        _building.reset(token)


def is_building() -> bool:
    return _building.get() is not None


def forbid_lazy_fetches(queryset: Any) -> None:
    """For a queryset that has just been made."""
    if _MODE is not None and is_building():
        queryset._fetch_mode = _MODE


def _refuse_or_log(fetcher: Any, instance: models.Model) -> None:
    name = fetcher.field.name
    text = (
        f"{_building.get() or 'What a builder has read'} fetches {instance._meta.label}.{name} row "
        f'by row: say select_related("{name}") or prefetch_related("{name}") in its queryset.'
    )
    if conf.raises_lazy_fetches():
        raise LazyFetchError(text)
    if _is_news(text):
        logger.warning(text)
    fetcher.fetch_one(instance)


def _is_news(text: str) -> bool:
    """Once a minute for each field, not for each row."""
    now = time.monotonic()
    if now - _told_at.get(text, -TELL_S) < TELL_S:
        return False
    _told_at[text] = now
    return True


def _fetch_mode() -> object | None:
    try:
        from django.db.models.fetch_modes import FetchMode
    except ImportError:
        return None

    class FetchNothingLazily(FetchMode):
        __slots__ = ()

        def fetch(self, fetcher: Any, instance: models.Model) -> None:
            _refuse_or_log(fetcher, instance)

    return FetchNothingLazily()


_MODE = _fetch_mode()
