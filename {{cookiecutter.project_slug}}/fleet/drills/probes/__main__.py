"""One probe: python -m fleet.drills.probes ROLE. It answers commands as those of the bench do.

Between two commands it keeps no connection to the database, which may be another process by then.
"""

from __future__ import annotations

import importlib
import json
import sys

import django
from django.db import connection

from fleet.bench.probes.__main__ import answer


def main(role: str) -> None:
    django.setup()
    probe = importlib.import_module(f"fleet.drills.probes.{role}").Role()
    answer("ready")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        answer(getattr(probe, command)(*arguments))
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1])
