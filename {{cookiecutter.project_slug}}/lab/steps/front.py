"""The step in which no Python runs: the cache of the web server in front."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from threading import local
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse

from kickoff.public_pages import PublicPagesMiddleware, public_page
from lab.sources import Source, of_code, of_page_cache
from lab.steps.step import NotHereError, Step
from lab.twins.page import Kwargs, Page

TIMEOUT_S = 2.0
TRIES = 3  # The first answer may be the one that fills the cache.

_open = local()  # the connection of this thread, kept as those of browsers are


class Front(Step):
    name = "front"
    title = "A cache in shared memory in front"
    why = (
        "The page is the same for everybody and says so. So Apache keeps it for a second, in "
        "memory that all its processes share, and Python hears of one request in a second. The "
        "time is that of a whole request over HTTP, most of it spent in this client; the other "
        "steps are measured inside of a view."
    )
    is_kept = True

    def obstacle(self) -> str:
        if not settings.LAB_FRONT_URL:
            return (
                "Not measured here: it lies in front of Python, and cannot be seen from inside. "
                "Where Apache runs as deploy/apache/site.conf has it, set "
                "LAB_FRONT_URL=http://host:port."
            )
        if urlsplit(settings.LAB_FRONT_URL).scheme != "http":
            return "Not measured here: LAB_FRONT_URL must be of the form http://host:port."
        return ""

    def respond(self, page: Page, kwargs: Kwargs) -> HttpResponse:
        url = page.url(kwargs)
        for _ in range(TRIES):
            answer, body = fetch(url)
            if answer.status != 200:
                raise NotHereError(
                    f"Not measured here: {settings.LAB_FRONT_URL} has answered {answer.status} to "
                    f"GET {url} for the host {settings.DOMAIN_NAME}."
                )
            if answer.headers["Age"] is not None:
                return HttpResponse(body)
        raise NotHereError(
            f"Not measured here: {settings.LAB_FRONT_URL} answers, but not from a cache: its "
            "answers have no Age."
        )

    def sources(self, page: Page) -> list[Source]:
        return [*of_page_cache(), *of_code(public_page, PublicPagesMiddleware)]


def fetch(url: str) -> tuple[HTTPResponse, bytes]:
    """One GET, on a connection that stays open. Raises NotHereError when nobody answers."""
    connection = _connection()
    try:
        try:
            return _get(connection, url)
        except (RemoteDisconnected, ConnectionResetError):  # It had been open for too long.
            connection.close()
            return _get(connection, url)
    except (OSError, HTTPException) as error:
        connection.close()
        raise NotHereError(
            f"Not measured here: {settings.LAB_FRONT_URL} does not answer: {error}"
        ) from error


def _connection() -> HTTPConnection:
    place = urlsplit(settings.LAB_FRONT_URL).netloc
    connection: HTTPConnection | None = getattr(_open, place, None)
    if connection is None:
        connection = HTTPConnection(place, timeout=TIMEOUT_S)
        setattr(_open, place, connection)
    return connection


def _get(connection: HTTPConnection, url: str) -> tuple[HTTPResponse, bytes]:
    connection.request("GET", url, headers={"Host": settings.DOMAIN_NAME})
    answer = connection.getresponse()
    return answer, answer.read()
