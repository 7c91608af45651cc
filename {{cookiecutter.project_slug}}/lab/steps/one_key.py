"""The steps that keep HTML under one key of Django's cache: two clients of the same memcached."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from django.conf import settings
from django.core.cache import CacheHandler, caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.memcached import BaseMemcachedCache
from django.http import HttpResponse

from kickoff.caching import conf
from kickoff.caching.django_cache import MemcachedCache
from kickoff.caching.stores.server import CONNECT_TIMEOUT_S, TIMEOUT_S
from kickoff.caching.stores.urls import MEMCACHED, memcached_servers
from lab.sources import Source, of_code
from lab.steps.step import Step
from lab.twins.page import Kwargs, Page

DJANGO, OURS = "django", "ours"
KEPT_S = 1
Make = Callable[[], bytes]


def read_and_close(key: str, make: Make) -> bytes:
    """Django ends the connection of its client after each request."""
    client = django_client()
    try:
        return client.get_or_set(key, make, KEPT_S) or make()
    finally:
        client.close()


def read_and_keep(key: str, make: Make) -> bytes:
    """The next request finds the connection open."""
    return clients(settings.CACHE_URL)[OURS].get_or_set(key, make, KEPT_S) or make()


class Rendered(Step):
    name = "rendered"
    title = "Rendered once, under one key"
    why = (
        "The template is rendered by the first visitor of a second, and the others get its HTML. "
        "That is one get, and as fast as a view can be made. But nobody tells the key that a goal "
        "was scored: it is up to a second old, and every second somebody waits for the rendering."
    )
    is_kept = True

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        return HttpResponse(read_and_close(_key(page, kwargs), partial(_html, page, kwargs)))

    def sources(self, page: Page) -> list[Source]:
        return of_code(read_and_close, BaseMemcachedCache.close)


class Connection(Step):
    name = "connection"
    title = "A connection that stays open"
    why = (
        "The same get. Django's client hangs up after each request, so that every request connects "
        "anew, which takes longer than the get itself. Ours keeps the connection of its thread."
    )
    is_kept = True

    def obstacle(self) -> str:
        if is_memcached():
            return ""
        return (
            "Not measured here: CACHE_URL names a file, and a file has no connection to keep. The "
            "step above has used Django's cache of this site. With CACHE_URL=memcached://… both "
            "are measured."
        )

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        return HttpResponse(read_and_keep(_key(page, kwargs), partial(_html, page, kwargs)))

    def sources(self, page: Page) -> list[Source]:
        return of_code(read_and_keep, MemcachedCache.close)


def is_memcached() -> bool:
    return bool(settings.CACHE_URL.startswith(MEMCACHED))


def django_client() -> BaseCache:
    """Django's own client of the site's memcached; without memcached the site's Django cache."""
    return clients(settings.CACHE_URL)[DJANGO] if is_memcached() else caches["default"]


@cache
def clients(url: str) -> CacheHandler:
    """Both clients of these servers, each with a connection for each thread."""
    servers = memcached_servers(url)
    return CacheHandler(
        {
            DJANGO: {
                "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
                "LOCATION": servers,
                "KEY_PREFIX": "lab-django",
                # By default it waits for ever when a server is frozen.
                "OPTIONS": {"connect_timeout": CONNECT_TIMEOUT_S, "timeout": TIMEOUT_S},
            },
            OURS: {
                "BACKEND": "kickoff.caching.django_cache.MemcachedCache",
                "LOCATION": servers,
                "KEY_PREFIX": "lab-ours",
            },
        }
    )


def _key(page: Page, kwargs: Kwargs) -> str:
    values = ".".join(str(value) for value in kwargs.values())
    return f"lab.{conf.namespace()}.{page.name}.{values}"


def _html(page: Page, kwargs: Kwargs) -> bytes:
    return page.answer_of(page.page_object, kwargs).content
