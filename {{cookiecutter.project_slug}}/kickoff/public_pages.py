"""Public pages are the same for everybody, so Apache and browsers may keep them for a second.

A view says so with `@public_page`. The middleware sees to it that this is true: what belongs to
one visitor is never public, nor is an error, whatever the view says. A view that takes nothing from
the request but its address says `@rendered_page`, and is asked before anything is done about the
visitor. Other views may have an `early` answer of their own.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import has_vary_header

from kickoff.caching.html import Html, OldHtml

MAX_AGE_S = 1  # A score is at most so much older than the cache; 50,000 visitors are one request.
PUBLIC = f"public, max-age={MAX_AGE_S}"
OLD = "public, max-age=0"  # Being rendered anew: from a cache it would be seen too long.
PRIVATE = "private, no-store"
TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0+)?\s*(,|$))", re.IGNORECASE)

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


def rendered_page(view: View[P]) -> View[P]:
    """Mark the pages of this view as public and as made from their address alone, as the HTML of a
    rendered entry is.

    The middleware below PublicPagesMiddleware has no part in them: the request has no session, no
    user and no flags, and a view that wants one fails. Other middleware's hooks for views are not
    called, nor is there a transaction; the view returns a response that is finished. Only GET and
    HEAD are answered so.
    """
    marked = public_page(view)
    marked.early = marked  # type: ignore[attr-defined]
    return marked


def page_of(request: HttpRequest, html: Html) -> HttpResponse:
    """The response with what a rendered entry holds: compressed, as it lies there, for all who
    accept that. With DEBUG it is not, so that the debug toolbar can add itself."""
    packed = not settings.DEBUG and takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    response = HttpResponse(html.gzipped if packed else html.plain)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    if isinstance(html, OldHtml):
        response.headers["Cache-Control"] = OLD
    return response


def takes_gzip(accept_encoding: str) -> bool:
    return TAKES_GZIP.search(accept_encoding) is not None


class PublicPagesMiddleware:
    """Takes `public` off what belongs to one visitor, and off errors; hands out rendered pages.

    Above it stands what all pages need, such as security headers; below it, beginning with the
    session, what is about one visitor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = early_answer(request)
        if response is None:
            response = self.get_response(request)
        if "public" in response.headers.get("Cache-Control", ""):
            reason = private_because(request, response)
            if reason:
                logger.error("%s is not public: it %s.", request.path, reason)
                response.headers["Cache-Control"] = PRIVATE
        elif reads_session(request) and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = PRIVATE  # Silence would leave it to each cache.
        return response


def early_answer(request: HttpRequest) -> HttpResponseBase | None:
    """What the view at this address answers before anything is done about the visitor: it has an
    attribute `early` that is called like the view, and gives None when this request is none for it.

    Raises what that raises, as Http404 for a page that is not there.
    """
    if request.method not in ("GET", "HEAD"):
        return None  # What changes something is checked for forgery first.
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return None
    early = getattr(match.func, "early", None)
    if early is None:
        return None
    request.resolver_match = match
    response: HttpResponseBase | None = early(request, *match.args, **match.kwargs)
    return response


def private_because(request: HttpRequest, response: HttpResponseBase) -> str | None:
    """What makes this response one visitor's own, or an error; None when nothing does.

    Whoever reads `request.user` reads the session.
    """
    if response.status_code >= 400:  # Apache keeps a 404 or 500 that says how long.
        return f"is an error, {response.status_code}"
    if reads_session(request):
        return "read the session or the user"
    if request.META.get("CSRF_COOKIE_NEEDS_UPDATE"):
        return "holds a token against forged requests"
    if response.cookies:
        return f"sets the cookie {', '.join(response.cookies)}"
    if has_vary_header(response, "Cookie"):
        return "varies with cookies"
    if "HTTP_AUTHORIZATION" in request.META:
        return "was asked for with a password"
    return None


def reads_session(request: HttpRequest) -> bool:
    session = getattr(request, "session", None)
    return session is not None and (session.accessed or session.modified)
