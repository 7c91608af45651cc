"""How many queries made this page? The answer stands at the bottom of each page in development."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class QueryCountMiddleware:
    """Writes the number of queries and the time above `</body>`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        count = QueryCount()
        started = time.perf_counter()
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(count))
            response = self.get_response(request)
        duration_ms = (time.perf_counter() - started) * 1000
        _add_to_page(response, f"{count} · {duration_ms:.0f} ms")
        return response


class QueryCount:
    """An `execute_wrapper` that counts the statements."""

    def __init__(self) -> None:
        self.queries = 0

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        self.queries += 1
        return execute(sql, params, many, context)

    def __str__(self) -> str:
        return "1 query" if self.queries == 1 else f"{self.queries} queries"


def _add_to_page(response: HttpResponseBase, text: str) -> None:
    content = getattr(response, "content", b"")
    if b"</body>" not in content or response.headers.get("Content-Encoding"):
        return
    note = f'<p class="query-count">{text}</p></body>'.encode()
    response.content = content.replace(b"</body>", note, 1)  # type: ignore[attr-defined]
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
