"""One probe. It takes commands as lines of JSON, `["name", argument, …]`, and answers each with
one.

A role is a module beside this one, whose class `Role` has a method for each command.
"""

from __future__ import annotations

import importlib
import json
import sys

import django
from django.db import close_old_connections


def main(role: str) -> None:
    django.setup()
    probe = importlib.import_module(f"fleet.bench.probes.{role}").Role()
    close_old_connections()
    answer("ready")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        found = getattr(probe, command)(*arguments)
        close_old_connections()  # Minutes may pass before the next command.
        answer(found)


def answer(found: object) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
