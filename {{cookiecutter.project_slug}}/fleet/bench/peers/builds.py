"""Notes what is built in all processes: a line each in a file that they share."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

from fleet.bench.peers import BUILDS

P = ParamSpec("P")
R = TypeVar("R")


def noted(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Writes the name and the monotonic time at each call."""
    path = os.path.join(settings.BASE_DIR, BUILDS)

    def noting(build: Callable[P, R]) -> Callable[P, R]:
        @wraps(build)
        def noted(*args: P.args, **kwargs: P.kwargs) -> R:
            # One write at the end of the file, whole: processes do not disturb each other.
            with open(path, "a") as file:
                file.write(f"{name} {time.monotonic()}\n")
            return build(*args, **kwargs)

        return noted

    return noting
