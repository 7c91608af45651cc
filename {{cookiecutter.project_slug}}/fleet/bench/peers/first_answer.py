"""Loads an application, lets it answer one request, and prints when that was, in monotonic time.

python -m fleet.bench.peers.first_answer MODULE PATH
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any
from wsgiref.util import setup_testing_defaults


def main(module: str, path: str) -> None:
    application = importlib.import_module(module).application
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    answered: list[str] = []
    body = application(environ, lambda status, headers, error=None: answered.append(status))
    page = b"".join(body)
    at = time.monotonic()
    assert answered == ["200 OK"], answered
    assert page, "an empty page"
    sys.stdout.write(f"{at}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
