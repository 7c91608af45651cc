"""Somebody who looks at one address: signed in or not, with warm caches or cold ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.test import Client

from kickoff.budgets.budget_file import Counts
from kickoff.budgets.capture import CacheCall, Capture, capturing
from kickoff.budgets.emptying import empty_caches
from kickoff.budgets.origins import Origin, OriginFinder
from kickoff.budgets.shown import Part, shown_in


@dataclass(frozen=True)
class Seen:
    """One request: what it showed, and what it cost."""

    status: int
    page: Part
    capture: Capture

    @property
    def counts(self) -> Counts:
        return Counts(self.capture.queries(), self.capture.cache())


class Browser:
    """Asks one path as one user, who comes from the page `before`. `hook` is where the project
    empties and counts its own caches."""

    def __init__(
        self,
        path: str,
        user: Any,
        finder: OriginFinder,
        hook: Any,
        method: str = "GET",
        data: Mapping[str, Any] | None = None,
        before: str = "",
    ) -> None:
        self._path = path
        self._before = before or path
        self._user = user
        self._finder = finder
        self._hook = hook
        self._method = method
        self._data = data
        self._client = Client()
        self._sign_in()

    def warm_up(self) -> bool:
        """A first request that does not count: URLconf, templates, what connections ask once.
        Whether it wrote rows: then the next one is not the first for them.

        Before a form is posted the page is fetched that leads to it, as browsers do, whatever it
        answers.
        """
        if self._method != "GET":
            self._client.raise_request_exception = False
        with capturing(self._finder) as capture:
            self._consume(self._client.get(self._before, secure=settings.SECURE_SSL_REDIRECT))
        self._client.raise_request_exception = True
        return capture.has_written

    def make_cold(self) -> None:
        """Empties the caches, and signs in again if the session was kept in one alone."""
        self._empty()
        if self._user is not None and SESSION_KEY not in self._client.session:
            self._sign_in()
        elif self._user is not None:
            self._empty()  # Looking at the session has brought it back.

    def ask(self) -> Seen:
        """The request that counts, its body read to the end."""
        self._hook.pytest_budgets_forget()
        with ExitStack() as stack:
            calls = [
                stack.enter_context(context) for context in self._hook.pytest_budgets_cache_calls()
            ]
            capture = stack.enter_context(capturing(self._finder))
            response = self._request()
            content = self._consume(response)
        capture.cache_calls += [CacheCall(label, Origin()) for call in calls for label in call]
        page = shown_in(response.headers.get("Content-Type", ""), content)
        return Seen(response.status_code, page, capture)

    def _empty(self) -> None:
        empty_caches()
        self._hook.pytest_budgets_make_cold()

    def _sign_in(self) -> None:
        if self._user is not None:
            self._client.force_login(self._user)

    def _request(self) -> Any:
        send: Callable[..., Any] = getattr(self._client, self._method.lower())
        options: dict[str, Any] = {"secure": settings.SECURE_SSL_REDIRECT}
        if self._method != "GET":
            options["data"] = self._data or {}
        if self._method not in ("GET", "POST"):
            options["content_type"] = "application/json"
        return send(self._path, **options)

    def _consume(self, response: Any) -> bytes:
        with warnings.catch_warnings():
            # An asynchronous stream is read here without a loop: slow, but it counts.
            warnings.filterwarnings("ignore", "StreamingHttpResponse must consume", Warning)
            content = b"".join(response) if response.streaming else response.content
        response.close()
        return bytes(content)
