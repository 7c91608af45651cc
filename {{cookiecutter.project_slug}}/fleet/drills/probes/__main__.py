"""One probe: python -m fleet.drills.probes ROLE. It answers commands as those of the bench do."""

from __future__ import annotations

import importlib
import json
import sys

import django

from fleet.bench.probes.__main__ import answer


def main(role: str) -> None:
    django.setup()
    probe = importlib.import_module(f"fleet.drills.probes.{role}").Role()
    answer("ready")
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        answer(getattr(probe, command)(*arguments))


if __name__ == "__main__":
    main(sys.argv[1])
