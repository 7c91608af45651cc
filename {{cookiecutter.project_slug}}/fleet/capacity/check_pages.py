"""Two pages for the check alone, in front of the site: one waits in its slot, one computes.

/capacity-check/WAIT_MS/STEPS/ sleeps, as for a slow server elsewhere, then counts in Python.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
ADDRESS = re.compile(r"/capacity-check/(\d+)/(\d+)/")


def path(wait_ms: int, steps: int) -> str:
    return f"/capacity-check/{wait_ms}/{steps}/"


def with_check_pages(application: Application) -> Application:
    """The same application, which answers these addresses too."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = ADDRESS.fullmatch(environ["PATH_INFO"])
        if found is None:
            return application(environ, start_response)
        time.sleep(int(found[1]) / 1000)
        for _ in range(int(found[2])):
            pass
        body = b"done"
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    return answer
