"""Static files from Python, for where no web server in front hands them out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class StaticFilesMiddleware:
    """WhiteNoise for what is below STATIC_URL; it reads the folder when first asked for a file.

    By itself it does so at the start, for which every process would wait, and keeps the headers of
    each file: behind Apache nobody ever asks. WHITENOISE_ROOT lies elsewhere and needs its own
    middleware instead of this one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._prefix = urlsplit(settings.STATIC_URL).path

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(self._prefix):
            return self._whitenoise(request)
        return self.get_response(request)

    @cached_property
    def _whitenoise(self) -> GetResponse:
        return WhiteNoiseMiddleware(self.get_response)  # type: ignore[no-untyped-call]
