"""Who a visitor is to a percentage: an id in a cookie, which signing in and out does not change.

Whoever has none yet gets a new one, or, signed in, that of the account.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers

from kickoff.public_pages import PRIVATE

COOKIE = "visitor"
MAX_AGE_S = 31_536_000  # a year
_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def id_of_account(user_id: int) -> str:
    """The visitor id of an account that has taken over none."""
    return hashlib.sha256(f"account {user_id}".encode()).hexdigest()[:32]


class CurrentVisitor:
    """The visitor of a request. `id_of` finds the visitor id of a user."""

    def __init__(self, request: HttpRequest, id_of: Callable[[int], str]) -> None:
        self._request = request
        self._id_of = id_of
        cookie = request.COOKIES.get(COOKIE, "")
        self._sent_id = cookie if _ID.fullmatch(cookie) else None
        self.known_id = self._sent_id
        self.was_asked = False

    @property
    def id(self) -> str:
        self.was_asked = True
        if self.known_id is None:
            self.known_id = self._first_id()
        return self.known_id

    def become(self, visitor_id: str) -> None:
        """The visitor with that id, from this response on."""
        self.known_id = visitor_id

    def mark(self, response: HttpResponseBase) -> None:
        """A response that depends on the visitor is theirs alone, and brings the id along."""
        is_new = self.known_id is not None and self.known_id != self._sent_id
        if is_new:
            response.set_cookie(
                COOKIE,
                self.known_id or "",
                max_age=MAX_AGE_S,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        if is_new or self.was_asked:
            patch_vary_headers(response, ["Cookie"])
            response.headers.setdefault("Cache-Control", PRIVATE)

    def _first_id(self) -> str:
        user = getattr(self._request, "user", None)
        if user is not None and user.is_authenticated:
            return self._id_of(user.pk)
        return secrets.token_urlsafe(16)


def current_visitor(request: HttpRequest | None) -> CurrentVisitor:
    """The visitor of a request, which now depends on who that is.

    Raises ImproperlyConfigured without a request, as in the template of a rendered page, and
    without the middleware that makes such a response private.
    """
    if request is None:
        raise ImproperlyConfigured(
            "A flag was asked for without a request. A rendered page is the same for everybody: "
            "let the view decide which page it hands out."
        )
    visitor = getattr(request, "visitor", None)
    if not isinstance(visitor, CurrentVisitor):
        raise ImproperlyConfigured(
            "Flags need kickoff.rollout.middleware.RolloutMiddleware in MIDDLEWARE, below "
            "kickoff.public_pages.PublicPagesMiddleware."
        )
    visitor.was_asked = True
    return visitor
