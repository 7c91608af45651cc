"""Calls of Django's caches: each counts once, as the round trip that it is with memcached.

`get_many` is one call however many keys it asks for, and whatever it calls inside (the cache in
memory loops over `get`) belongs to it. `get_or_set`, `in` and `incr_version` are made of others and
count as these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from inspect import iscoroutinefunction
from types import MethodType
from typing import Any
from weakref import WeakKeyDictionary

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from kickoff.budgets.capture import running

METHODS = "add clear decr delete delete_many get get_many has_key incr set set_many touch".split()
CALLS = {**{name: name for name in METHODS}, **{f"a{name}": name for name in METHODS}}
CALLS["get_with_slots"] = "get"  # of kickoff.caching: what is read beside it counts by itself

# What differs from one key to the next: hashes, session ids, numbers.
_VARYING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<![a-z0-9])[0-9a-f]{32,64}(?![a-z0-9])|[a-z0-9]{32}(?![a-z0-9])|\d+"
)

_inside: ContextVar[bool] = ContextVar("inside a cache call", default=False)
_watched: WeakKeyDictionary[BaseCache, str] = WeakKeyDictionary()  # with their aliases


def watch_caches() -> None:
    """From now on the caches that exist, and those that threads open later, are seen."""
    for alias in caches:
        _watch(caches[alias], alias)
    create = type(caches).create_connection
    if getattr(create, "is_watching", False):
        return

    @wraps(create)
    def create_and_watch(handler: Any, alias: str) -> BaseCache:
        cache = create(handler, alias)
        _watch(cache, alias)
        return cache

    create_and_watch.is_watching = True  # type: ignore[attr-defined]
    type(caches).create_connection = create_and_watch  # type: ignore[assignment,method-assign]


def known_caches() -> list[tuple[BaseCache, str]]:
    """The caches of all threads with their aliases."""
    return list(_watched.items())


def masked(key: object) -> str:
    """The key without what varies, so that two sessions have one label."""
    return _VARYING.sub("#", str(key))


def _watch(cache: BaseCache, alias: str) -> None:
    if cache in _watched:
        return
    _watched[cache] = alias
    for name, call in CALLS.items():
        method = getattr(cache, name, None)
        if method is not None:
            # A method, not only a function: Django compares the functions inside its methods.
            setattr(cache, name, MethodType(_watching(method, call, alias), cache))


def _watching(method: Callable[..., Any], call: str, alias: str) -> Callable[..., Any]:
    def see(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        capture = running()
        if capture is not None and not _inside.get():
            prefix = "" if alias == "default" else f"{alias}: "
            capture.see_cache_call(f"{prefix}{call} {_keys(arguments, keywords)}".rstrip())

    if iscoroutinefunction(method):

        @wraps(method)
        async def acall(cache: BaseCache, /, *arguments: Any, **keywords: Any) -> Any:
            see(arguments, keywords)
            token = _inside.set(True)
            try:
                return await method(*arguments, **keywords)
            finally:
                _inside.reset(token)

        return acall

    @wraps(method)
    def call_(cache: BaseCache, /, *arguments: Any, **keywords: Any) -> Any:
        see(arguments, keywords)
        token = _inside.set(True)
        try:
            return method(*arguments, **keywords)
        finally:
            _inside.reset(token)

    return call_


def _keys(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    """The kinds of keys that a call is about, the first two of them."""
    subject = arguments[0] if arguments else keywords.get("key", keywords.get("keys", ""))
    if not isinstance(subject, list | tuple | set | dict):
        return (
            masked(subject) if isinstance(subject, str | int) else ""
        )  # an iterator is left alone
    kinds = sorted({masked(key) for key in subject})
    return ", ".join(kinds[:2]) + ("…" if len(kinds) > 2 else "")
