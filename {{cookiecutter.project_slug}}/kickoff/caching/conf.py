"""The settings of the cache, each with its default and its unit."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

DEFAULTS: dict[str, int | float | str] = {
    # Part of every key: sites, and the workers of a test run, that share a store do not meet.
    "CACHING_NAMESPACE": "site",
    # A value is served at most so long without having been rebuilt.
    "CACHING_HARD_LIMIT_S": 86_400,
    # A derived value of an older version is of no use any more; then it is dropped.
    "CACHING_DERIVED_LIMIT_S": 3_600,
    # "There is no such thing" is remembered so long.
    "CACHING_ABSENT_S": 10,
    # A process uses what it has read so long without looking at the store. With the refresher's
    # 0.1 s between two looks at the marks, a change is visible within half a second.
    "CACHING_MEMORY_S": 0.2,
    # Values that a process keeps for the time when the store is gone. A page object takes up to
    # 100 kB, HTML 5 to 10: 500 values are 50 MB at most.
    "CACHING_MEMORY_ENTRIES": 500,
    # Fragments that a process remembers. One takes 1 kB with its page object: 10,000 are 10 MB of
    # the 200 that a process may have. A match day of 700 players has 3,000 different places.
    "CACHING_FRAGMENTS": 10_000,
    # So long after a change the HTML of before may be served, while the refresher renders the pages
    # that are asked for most: some 500 a second. With the 0.2 s until a change is noticed, visitors
    # see it within 2 s. 0: nobody is ever served an old page, and each first visitor renders.
    "CACHING_AHEAD_S": 1.6,
    # A builder that takes longer loses its lease to another. Stores count in whole seconds, and
    # memcached may end a second early: not below 3.
    "CACHING_LEASE_S": 10,
    # A reader waits so long for another reader's build.
    "CACHING_WAIT_S": 2.0,
    # Builds at a time in a process while the store is gone.
    "CACHING_MAX_BUILDERS": 1,
    # Longer payloads are compressed.
    "CACHING_COMPRESS_OVER_BYTES": 64_000,
    # Part of the keys of rendered pages: what their Python code shows changes with it.
    "CACHING_RELEASE": "",
}


@cache  # asked several times by each read
def number(name: str) -> float:
    return float(getattr(settings, name, DEFAULTS[name]))


def whole(name: str) -> int:
    return int(number(name))


@cache
def namespace() -> str:
    return str(getattr(settings, "CACHING_NAMESPACE", DEFAULTS["CACHING_NAMESPACE"]))


def release() -> str:
    return str(getattr(settings, "CACHING_RELEASE", DEFAULTS["CACHING_RELEASE"]))


def raises_lazy_fetches() -> bool:
    """CACHING_RAISE_LAZY_FETCHES, by default in development."""
    return bool(getattr(settings, "CACHING_RAISE_LAZY_FETCHES", settings.DEBUG))


def template_context() -> dict[str, Any]:
    """CACHING_CONTEXT: what the templates of rendered entries know beside the page object."""
    return dict(getattr(settings, "CACHING_CONTEXT", {}))


def _forget(*, setting: str, **kwargs: Any) -> None:
    number.cache_clear()
    namespace.cache_clear()


setting_changed.connect(_forget)  # sent by tests that override settings
