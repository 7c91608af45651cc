"""One process of the hammer: `python -m kickoff.caching.tests.hammer.worker ROLE FOLDER`.

It takes commands as lines of JSON, `["name", argument, …]`, and answers each with a line of JSON.
"""

from __future__ import annotations

import functools
import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from kickoff.caching.tests.app.entries import ClubReads  # noqa: E402
from kickoff.caching.tests.hammer.refreshing import Refreshing  # noqa: E402
from kickoff.caching.tests.hammer.web import Web  # noqa: E402
from kickoff.caching.tests.hammer.writing import Writing  # noqa: E402

ROLES = {"web": Web, "writer": Writing, "refresher": Refreshing}
BUILD_S = float(os.environ.get("HAMMER_BUILD_S", "0"))  # a builder takes so much longer
# Two builds in five are slow, up to this, between what it read and what it writes: there changes
# would be lost.
LATE_S, LATE_SHARE = 0.06, 0.4


def log_builds(folder: Path) -> None:
    """Each build is a line in a file. It is there even if the process is killed right after."""
    log = os.open(folder / "builds", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for name in ("page", "index"):
        entry = vars(ClubReads)[name]
        entry.build = _logged(entry.build, name, log)


def _logged(build: Any, name: str, log: int) -> Any:
    @functools.wraps(build)
    def logged(*arguments: Any) -> Any:
        os.write(log, f"{time.monotonic()} {name} {json.dumps(arguments)}\n".encode())
        time.sleep(BUILD_S)
        value = build(*arguments)
        time.sleep(random.uniform(0, LATE_S) if random.random() < LATE_SHARE else 0)
        return value

    return logged


def main(role: str, folder: str) -> None:
    log_builds(Path(folder))
    worker = ROLES[role]()
    answer("ready")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        answer(getattr(worker, command)(*arguments))


def answer(found: Any) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
