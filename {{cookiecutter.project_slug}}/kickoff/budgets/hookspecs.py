"""What a project can add in its conftest.py: caches of its own, which Django knows nothing of."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager

import pytest


@pytest.hookspec
def pytest_budgets_make_cold() -> None:
    """Empties the project's own caches for this test alone: move to another prefix, flush nothing
    that other processes use. Values kept by `functools.cache` belong here, too."""


@pytest.hookspec
def pytest_budgets_forget() -> None:
    """Forgets what this process remembers for a moment only, before each measured request: what is
    hot for a visitor whose process has not seen the page yet."""


@pytest.hookspec
def pytest_budgets_cache_calls() -> AbstractContextManager[Iterable[str]]:  # type: ignore[empty-body]
    """A context in which a request is made. What it gives holds, at its end, the label of each call
    of the project's own caches."""
