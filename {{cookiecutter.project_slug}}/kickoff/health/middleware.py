"""Answers /livez, /readyz, /healthz and /version before anything else of the site is asked.

It stands first: a load balancer asks with a Host of its own, over HTTP, and without a session. What
comes after it still refuses a foreign Host, redirects to HTTPS, and so on.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from kickoff.health.access import may_look
from kickoff.health.conf import node_name
from kickoff.health.node import version_text
from kickoff.health.readiness import readiness
from kickoff.health.report import http_status, report
from kickoff.health.sampling import sampler

GetResponse = Callable[[HttpRequest], HttpResponseBase]
TEXT = "text/plain; charset=utf-8"


class HealthMiddleware:
    """Also says with each answer of the site which node gave it: X-Served-By."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = ANSWERS.get(request.path_info)
        response = self.get_response(request) if answer is None else _health(request, answer)
        response.headers["X-Served-By"] = node_name()
        return response


def _health(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    response: HttpResponse
    if request.method in ("GET", "HEAD"):
        response = answer(request)
    else:
        response = HttpResponseNotAllowed(["GET", "HEAD"])
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    if request.method == "HEAD":
        response.content = b""
    return response


def livez(request: HttpRequest) -> HttpResponse:
    """This process runs. It looks at nothing at all."""
    return HttpResponse("alive\n", content_type=TEXT)


def readyz(request: HttpRequest) -> HttpResponse:
    found = readiness()
    return HttpResponse(f"{found.word}\n", status=found.status, content_type=TEXT)


def healthz(request: HttpRequest) -> HttpResponse:
    if not may_look(request):
        return HttpResponse("not found\n", status=404, content_type=TEXT)
    found = report(sampler)
    text = json.dumps(found, indent=2) + "\n"
    return HttpResponse(text, status=http_status(found), content_type="application/json")


def version(request: HttpRequest) -> HttpResponse:
    return HttpResponse(version_text(), content_type=TEXT)


ANSWERS = {"/livez": livez, "/readyz": readyz, "/healthz": healthz, "/version": version}
