"""The query budgets know the cached reads: what cold means for them, and that they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.signals import setting_changed

from kickoff.budgets.budget_file import FILE_NAME
from kickoff.caching.observing import observed_reads
from kickoff.testing.caching import forget_what_was_read


def pytest_budgets_make_cold() -> None:
    """The test moves to slots that nobody has filled; the others keep theirs."""
    namespace = settings.CACHING_NAMESPACE = uuid4().hex
    setting_changed.send(sender=__name__, setting="CACHING_NAMESPACE", value=namespace, enter=True)
    forget_what_was_read()


def pytest_budgets_forget() -> None:
    """Hot is a page whose slots are filled, for a process that has not read them yet."""
    forget_what_was_read()


def pytest_budgets_cache_calls() -> AbstractContextManager[Iterable[str]]:
    return _labels_of_reads()


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.path.name == FILE_NAME:
        # Between two worlds all rows go, without marks: so do the slots.
        item.add_marker("unaudited")


@contextmanager
def _labels_of_reads() -> Iterator[list[str]]:
    labels: list[str] = []
    with observed_reads() as reads:
        yield labels
    labels += [f"read {read.entry}" for read in reads]
