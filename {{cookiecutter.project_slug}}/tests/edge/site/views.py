"""Pages that say `public`, most of them wrongly, and one that tells what Python was told."""

from __future__ import annotations

import time
from itertools import count

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
    StreamingHttpResponse,
)
from django.middleware.csrf import get_token
from django.views.decorators.csrf import csrf_exempt

from kickoff.caching.html import Html
from kickoff.public_pages import page_of, public_page

AN_HOUR = {"Cache-Control": "public, max-age=3600"}
TAG = '"one"'
HELD = settings.BASE_DIR / "config" / "held"
LONG = b"0123456789" * 1000
numbers = count(time.time_ns())  # no two processes say the same


def kept(request: HttpRequest, name: str) -> HttpResponse:
    """Another number each time that it is made. To be kept for an hour."""
    return HttpResponse(f"made {next(numbers)}", headers=AN_HOUR)


@public_page
def slow(request: HttpRequest, name: str) -> HttpResponse:
    time.sleep(0.3)
    return HttpResponse(f"made {next(numbers)}")


@public_page
def held(request: HttpRequest, name: str) -> HttpResponse:
    """Made when nothing holds it, at the latest before the cache in front lets another one try."""
    give_up_at = time.monotonic() + 4
    while HELD.exists() and time.monotonic() < give_up_at:
        time.sleep(0.01)
    return HttpResponse(f"made {next(numbers)}")


@public_page
def tagged(request: HttpRequest, name: str) -> HttpResponse:
    """It never changes."""
    if request.headers.get("If-None-Match") == TAG:
        return HttpResponseNotModified(headers={"ETag": TAG})
    return HttpResponse(b"tagged", headers={"ETag": TAG})


@public_page
def bare(request: HttpRequest, name: str) -> HttpResponse | StreamingHttpResponse:
    """Its 304 says no length, as one that is made above CommonMiddleware."""
    if request.headers.get("If-None-Match") == TAG:
        return StreamingHttpResponse([], status=304, headers={"ETag": TAG})
    return HttpResponse(b"bare", headers={"ETag": TAG})


def varied(request: HttpRequest, name: str) -> HttpResponse:
    colour = request.headers.get("X-Colour", "no")
    return HttpResponse(f"{colour} colour", headers={**AN_HOUR, "Vary": "X-Colour"})


def packed(request: HttpRequest, name: str) -> HttpResponse:
    """A rendered page, which is kept compressed."""
    response = page_of(request, Html.of(LONG.decode()))
    response.headers["Cache-Control"] = AN_HOUR["Cache-Control"]
    return response


def long(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(LONG, headers=AN_HOUR)


def changed(request: HttpRequest, name: str) -> HttpResponse:
    """Says since when it is as it is, and not a word about how long it will be."""
    headers = {"Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
    return HttpResponse(f"made {next(numbers)}", headers=headers)


def unsaid(request: HttpRequest, name: str) -> HttpResponse:
    """Says nothing at all, as most pages of Django do."""
    return HttpResponse(f"made {next(numbers)}")


def who(request: HttpRequest) -> HttpResponse:
    """Wrong: the user's name on a page that says that it is everybody's."""
    return HttpResponse(f"you are {request.user.get_username()}", headers=AN_HOUR)


def own(request: HttpRequest) -> HttpResponse:
    """Wrong: only the session, which nobody has signed in to."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return HttpResponse(f"visit {request.session['visits']}", headers=AN_HOUR)


def cookie(request: HttpRequest) -> HttpResponse:
    """Wrong: a cookie."""
    response = HttpResponse("with a cookie", headers=AN_HOUR)
    response.set_cookie("number", str(next(numbers)))
    return response


def form(request: HttpRequest) -> HttpResponse:
    """Wrong: a token against forged requests, which is one visitor's."""
    return HttpResponse(f"token {get_token(request)}", headers=AN_HOUR)


def broken(request: HttpRequest, status: int) -> HttpResponse:
    """Wrong: an error that says that it is good for an hour."""
    return HttpResponse(f"error {next(numbers)}", status=status, headers=AN_HOUR)


@csrf_exempt
def told(request: HttpRequest) -> JsonResponse:
    """Who asks, as far as Python knows, and how much came with the request."""
    texts = {name: value for name, value in request.META.items() if isinstance(value, str)}
    return JsonResponse(
        {
            "address": request.META["REMOTE_ADDR"],
            "host": request.get_host(),
            "secure": request.is_secure(),
            "body_bytes": len(request.body),
            "environ": texts,
        }
    )
