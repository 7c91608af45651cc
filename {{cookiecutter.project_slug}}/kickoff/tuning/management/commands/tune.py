"""`manage.py tune [--check]`: the files of deploy/, written from deploy/fleet.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kickoff.tuning.files import FLEET_FILE, tuned_files
from kickoff.tuning.fleet import FleetError, read_fleet
from kickoff.tuning.sizing import sizes_of


class Command(BaseCommand):
    help = "Write the files of deploy/ from deploy/fleet.toml; shows the difference first."
    requires_system_checks = []  # the files are needed before there is a database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 when a file would change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "deploy"
        try:
            fleet = read_fleet(folder / FLEET_FILE)
        except FleetError as error:
            raise CommandError(str(error)) from error
        problems = sizes_of(fleet).problems()
        changes = [
            (file, difference)
            for file in tuned_files(fleet)
            if (difference := file.difference(folder))
        ]
        for _, difference in changes:
            self.stdout.write(difference, ending="")
        if problems:
            raise CommandError("\n".join([*problems, "Nothing was written."]))
        if not changes:
            self.stdout.write("deploy/ agrees with fleet.toml.")
            return
        names = ", ".join(file.name for file, _ in changes)
        if options["check"]:
            raise CommandError(f"Not as deploy/{FLEET_FILE} has it: {names}. Run: manage.py tune")
        for file, _ in changes:
            file.write(folder)
        self.stdout.write(f"Written: {names}.")
