"""Cold and empty: caches without this test's keys, databases without rows.

Other processes may use the same cache server: nothing is flushed. The keys get another prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections

from kickoff.budgets.cache_calls import known_caches


class NotColdError(Exception):
    """A cache cannot be emptied for one test alone."""


@contextmanager
def own_cache_keys() -> Iterator[None]:
    """Inside, `empty_caches` may be called; afterwards the keys are what they were."""
    configured = {
        alias: options.get("KEY_PREFIX", "") for alias, options in caches.settings.items()
    }
    try:
        yield
    finally:
        for alias, prefix in configured.items():
            caches.settings[alias]["KEY_PREFIX"] = prefix
        for cache, alias in known_caches():
            cache.key_prefix = configured.get(alias, "")


def empty_caches() -> None:
    """Raises NotColdError for a cache whose keys do not contain the prefix."""
    token = uuid4().hex[:12]
    before = {alias: caches[alias].make_key("key") for alias in caches.settings}
    for options in caches.settings.values():
        options["KEY_PREFIX"] = token  # for those that other threads open
    for cache, _alias in known_caches():
        cache.key_prefix = token
    for alias, key in before.items():
        if caches[alias].make_key("key") == key:
            raise NotColdError(
                f"The keys of the cache {alias!r} do not change with KEY_PREFIX, so that it cannot "
                "be emptied for one test: its KEY_FUNCTION must use the prefix."
            )
    _forget_rows_that_django_remembers()


def empty_databases() -> None:
    """As Django's TransactionTestCase does it: rows go, tables stay."""
    for alias in connections:
        if connections[alias].settings_dict["TEST"].get("MIRROR"):
            continue
        call_command(
            "flush",
            verbosity=0,
            interactive=False,
            database=alias,
            reset_sequences=False,
            allow_cascade=False,
            inhibit_post_migrate=False,
        )
    _forget_rows_that_django_remembers()


def _forget_rows_that_django_remembers() -> None:
    for app, name in (("contenttypes", "ContentType"), ("sites", "Site")):
        if apps.is_installed(f"django.contrib.{app}"):
            manager: Any = apps.get_model(app, name)._default_manager
            manager.clear_cache()
