"""The application behind Apache in the tests of deploy/: it tells what it knows of its server."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

mod_wsgi = import_module("mod_wsgi")  # which Apache's module brings


# One line for each process that loads this, in its folder.
with open(os.path.join(os.path.dirname(__file__), "loaded"), "a") as loaded:
    loaded.write(f"{os.getpid()}\n")
# ... and one for each request, from whichever process: its path.
asked = open(os.path.join(os.path.dirname(__file__), "asked"), "a", buffering=1)  # noqa: SIM115

# While this file is there, pages called held are not made.
held = os.path.join(os.path.dirname(__file__), "held")


def wait_while(path: str) -> None:
    """No longer than the cache in front lets one request alone renew a page."""
    give_up_at = time.monotonic() + 4
    while os.path.exists(path) and time.monotonic() < give_up_at:
        time.sleep(0.01)


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
    path = environ["PATH_INFO"]
    asked.write(f"{path}\n")
    headers = [("Content-Type", "application/json")]
    status = "200 OK"
    if path.startswith("/public"):
        age_s = 60 if path.startswith("/public/kept") else 1
        headers.append(("Cache-Control", f"public, max-age={age_s}"))
    if path.startswith("/public/slow"):
        time.sleep(0.3)
    if path == "/public/held":
        wait_while(held)
    if path == "/slow":
        time.sleep(1.1)
    if path == "/error":
        status = "500 Internal Server Error"
    if path.endswith("named"):
        headers.append(("X-Served-By", "somebody"))
    if path.endswith("/cookie"):
        headers.append(("Set-Cookie", "who=me"))
    known = {
        "pid": os.getpid(),
        "environ": {name: value for name, value in environ.items() if isinstance(value, str)},
        "node": os.environ.get("NODE_NAME"),
        "processes": mod_wsgi.maximum_processes,
        "threads": mod_wsgi.threads_per_process,
        "process_group": mod_wsgi.process_group,
        "application_group": mod_wsgi.application_group,
    }
    if path.endswith("/large"):
        known["padding"] = "x" * int(environ["QUERY_STRING"])
    body = json.dumps(known).encode()
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]
