"""Public pages are the same for everybody, so Apache and browsers may keep them for a second.

A view says so with `@public_page`. The middleware sees to it that this is true: what belongs to
one visitor is never public, nor is an error, whatever the view says.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import has_vary_header

MAX_AGE_S = 1  # A score is at most so much older than the cache; 50,000 visitors are one request.
PUBLIC = f"public, max-age={MAX_AGE_S}"
PRIVATE = "private, no-store"

logger = logging.getLogger(__name__)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def public_page(view: View[P]) -> View[P]:
    """Mark the pages of this view as public, and that one has not changed. Errors and redirects are
    not."""

    @wraps(view)
    def marked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code in (200, 304) and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = PUBLIC
        return response

    return marked  # type: ignore[return-value]  # wraps() keeps the view's own parameters


class PublicPagesMiddleware:
    """Takes `public` off what belongs to one visitor, and off errors. Above the session's
    middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "public" in response.headers.get("Cache-Control", ""):
            reason = private_because(request, response)
            if reason:
                logger.error("%s is not public: it %s.", request.path, reason)
                response.headers["Cache-Control"] = PRIVATE
        return response


def private_because(request: HttpRequest, response: HttpResponseBase) -> str | None:
    """What makes this response one visitor's own, or an error; None when nothing does.

    Whoever reads `request.user` reads the session.
    """
    if response.status_code >= 400:  # Apache keeps a 404 or 500 that says how long.
        return f"is an error, {response.status_code}"
    session = getattr(request, "session", None)
    if session is not None and (session.accessed or session.modified):
        return "read the session or the user"
    if response.cookies:
        return f"sets the cookie {', '.join(response.cookies)}"
    if has_vary_header(response, "Cookie"):
        return "varies with cookies"
    if "Authorization" in request.headers:
        return "was asked for with a password"
    return None
