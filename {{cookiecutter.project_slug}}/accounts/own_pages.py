"""Pages of one visitor that are made from who it is and from nothing else: `@own_page`.

Such a page is a rendered entry whose argument is the key of the user. It is answered before the
session, the user and the messages of the request are made: the session, the account and the page
come in one round trip to memcached. Signing out, a new password and the end of an account count at
once, as ever. Whatever is not as usual takes the ordinary way, through the middleware and the view.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import partial, wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.crypto import constant_time_compare

from accounts.entries import TOKEN_PLACE, UserReads
from kickoff.caching.copies import Ahead, known_ahead
from kickoff.caching.django_cache import MemcachedCache
from kickoff.caching.entries import Entry
from kickoff.caching.html import Html
from kickoff.caching.last_seen import last_seen
from kickoff.caching.runtime import current_store
from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.stores.memcached import MemcachedStore
from kickoff.public_pages import PRIVATE, page_of

BACKEND = "accounts.backends.CachedUserBackend"
ENGINE = "django.contrib.sessions.backends.cached_db"

_SECRET = re.compile("[A-Za-z0-9]{32}")

V = TypeVar("V", bound=Callable[..., HttpResponseBase])
Answer = Callable[[HttpRequest, Html], HttpResponse | None]


def own_page(html: Entry[Html], answer: Answer = page_of) -> Callable[[V], V]:
    """Mark a view that shows its visitor what this entry holds, and nothing else but messages.

    `answer` makes the response; where it gives None, the view does.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def marked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = _ordinary(html, answer, request) or view(request, *args, **kwargs)
            session_key = request.session.session_key
            if session_key and request.user.is_authenticated:
                last_seen.keep(session_key, request.user.pk)
            return response

        marked.early = partial(_early, html, answer)  # type: ignore[attr-defined]
        return marked  # type: ignore[return-value]

    return decorate


def with_token(request: HttpRequest, html: Html) -> HttpResponse | None:
    """The response with a token against forged requests in its place: for what is not compressed.

    It is the secret in the visitor's cookie as it is. Django hides it behind random characters,
    which takes 40 µs, because the length of what is compressed may give a secret away (the BREACH
    attack).
    """
    secret = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    if not _SECRET.fullmatch(secret):
        return None  # Django makes one.
    return HttpResponse(html.plain.replace(TOKEN_PLACE.encode(), secret.encode()))


def _ordinary(html: Entry[Html], answer: Answer, request: HttpRequest) -> HttpResponse | None:
    if request.method not in ("GET", "HEAD") or not request.user.is_authenticated:
        return None
    if _is_told(request, request.session):
        return None
    page = html.read(request.user.pk)
    return None if page is None else answer(request, page)


def _early(html: Entry[Html], answer: Answer, request: HttpRequest) -> HttpResponse | None:
    if settings.SESSION_SAVE_EVERY_REQUEST:
        return None
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    user_id = last_seen.user_of(session_key)
    if user_id is None:
        return None
    slots = [UserReads.account.key((user_id,)), *html.slots_ahead((user_id,))]
    try:
        found = _session_with_slots(session_key, slots)
    except StoreUnavailableError:
        return None
    if found is None:
        return None
    session, ahead = found
    if _is_told(request, session):
        return None
    with known_ahead(ahead):
        page = html.read(user_id) if _is_signed_in(session, user_id) else None
    response = answer(request, page) if page is not None else None
    if response is not None:
        response.headers["Cache-Control"] = PRIVATE
        response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


def _session_with_slots(
    session_key: str, slots: list[str]
) -> tuple[Mapping[str, Any], Ahead] | None:
    """None where sessions are not kept beside the slots, or there is no such session."""
    store, cache = current_store(), caches[settings.SESSION_CACHE_ALIAS]
    if settings.SESSION_ENGINE != ENGINE:
        return None
    if not isinstance(store, MemcachedStore) or not isinstance(cache, MemcachedCache):
        return None
    found = cache.get_with_slots(KEY_PREFIX + session_key, slots, store)
    return None if found is None or found[0] is None else found


def _is_told(request: HttpRequest, session: Container[str]) -> bool:
    """Whether a message waits for the visitor."""
    return CookieStorage.cookie_name in request.COOKIES or SessionStorage.session_key in session


def _is_signed_in(session: Mapping[str, Any], user_id: int) -> bool:
    """Whether Django finds this user in this session."""
    if session.get(SESSION_KEY) != str(user_id) or session.get(BACKEND_SESSION_KEY) != BACKEND:
        return False
    account = UserReads.account.read(user_id)
    if account is None or not account.is_active:
        return False
    return constant_time_compare(session.get(HASH_SESSION_KEY, ""), account.session_hash)
