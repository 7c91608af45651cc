"""The error pages 400, 403, 404, 500 and 503.

They are made without the database and without the visitor's session: when those are what fails, the
page about it must still come out.
"""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kickoff.caching.reading import BusyError

RETRY_AFTER_S = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was sent without its token: mostly a page that stood open for too long."""
    return _page(403, expired=True)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with Retry-After when the cause will pass: the database or the cache is away."""
    if isinstance(sys.exception(), OperationalError | InterfaceError | BusyError):
        response = _page(503)
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response
    return _page(500)


def _page(status: int, **context: object) -> HttpResponse:
    html = render_to_string(f"{status}.html", {"site_name": settings.SITE_NAME, **context})
    response = HttpResponse(html, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
