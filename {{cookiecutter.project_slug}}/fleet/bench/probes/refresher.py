"""`manage.py refresh_cache`, with a line in a file for each build: python -m … FILE"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command


def noting(build: Callable[..., Any], name: str, file: int) -> Callable[..., Any]:
    """The builder, which also writes down each call, those too that come to nothing."""

    @functools.wraps(build)
    def noted(*arguments: Any) -> Any:
        os.write(file, f"{name}\n".encode())
        return build(*arguments)

    return noted


def main(path: str) -> None:
    django.setup()
    from kickoff.caching.entries import registry  # needs the models

    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for entry in registry:
        entry.build = noting(entry.build, entry.name, file)
    call_command("refresh_cache")


if __name__ == "__main__":
    main(sys.argv[1])
