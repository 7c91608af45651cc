"""`manage.py capacity --users N --think S`: how large the fleet must be."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kickoff.tuning.capacity.limits import LimitError
from kickoff.tuning.capacity.report import capacity_of, document, text
from kickoff.tuning.capacity.resources import Peak
from kickoff.tuning.capacity.times import TIMES_FILE, TimesError, read_times
from kickoff.tuning.files import FLEET_FILE
from kickoff.tuning.fleet import FleetError, read_fleet

MOST_USERS = 10**10  # more than there are people
LONGEST_THINK_S = 86_400


class Command(BaseCommand):
    help = "Nodes, memcached, connections and memory for a peak, from measured service times."
    requires_system_checks = []  # it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--users", type=int, required=True, help="How many are there at once in the peak."
        )
        parser.add_argument(
            "--think",
            type=float,
            required=True,
            metavar="S",
            help="Seconds between an answer and the same user's next request.",
        )
        parser.add_argument(
            "--times",
            type=Path,
            metavar="FILE",
            help=f"Service times of any machine (default: {TIMES_FILE}, of this one).",
        )
        parser.add_argument("--json", action="store_true", help="One JSON document.")

    def handle(self, *args: Any, **options: Any) -> None:
        peak = _peak(options["users"], options["think"])
        base = Path(settings.BASE_DIR)
        source = options["times"] or base / TIMES_FILE
        try:
            fleet = read_fleet(base / "deploy" / FLEET_FILE)
            times = read_times(source, any_machine=options["times"] is not None)
        except (FleetError, TimesError) as error:
            raise CommandError(str(error)) from error
        try:
            found = capacity_of(fleet, times, peak)
        except LimitError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(document(found, source), indent=2, ensure_ascii=False))
        else:
            self.stdout.write(text(found, source))


def _peak(users: int, think_s: float) -> Peak:
    if not 1 <= users <= MOST_USERS:
        raise CommandError(f"--users {users} is not a number from 1 to {MOST_USERS:,}.")
    if not (math.isfinite(think_s) and 0 <= think_s <= LONGEST_THINK_S):
        raise CommandError(f"--think {think_s:g} is not a time from 0 to {LONGEST_THINK_S:,} s.")
    return Peak(users, think_s)
