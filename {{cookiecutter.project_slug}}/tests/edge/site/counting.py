"""One line for each request that has reached Python, whichever process has it: its path."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class CountingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._asked = open(settings.BASE_DIR / "config" / "asked", "a", buffering=1)  # noqa: SIM115

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self._asked.write(f"{request.path}\n")
        return self.get_response(request)
