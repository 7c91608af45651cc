"""The store of this process."""

from __future__ import annotations

from threading import Lock

from django.conf import settings

from kickoff.caching.stores import store_from_url
from kickoff.caching.stores.base import Store

_lock = Lock()
_stores: dict[str, Store] = {}


def current_store() -> Store:
    """The store that settings.CACHE_URL names, made once per process.

    Raises ValueError when the URL names no store.
    """
    url = settings.CACHE_URL
    store = _stores.get(url)
    if store is None:
        with _lock:
            store = _stores.setdefault(url, store_from_url(url))
    return store
