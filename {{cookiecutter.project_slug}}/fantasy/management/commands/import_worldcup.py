"""`manage.py import_worldcup DIR`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fantasy.progress import progress_bar
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.importer import STEPS, import_worldcup
from fantasy.worldcup.summary import describe


class Command(BaseCommand):
    help = (
        "Imports the World Cup from the files of openfootball in DIR: worldcup.json, "
        "worldcup.squads.json and worldcup.teams.json. Done again, it changes what is new in them. "
        "With --verbosity 2 it lists the goals whose scorer the squad spells differently."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with progress_bar("Importing", total=STEPS, stream=self.stdout) as bar:
                imported = import_worldcup(options["directory"], progress=bar.reach)
        except WorldCupFileError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        for line in describe(imported, respelled=options["verbosity"] > 1):
            self.stdout.write(line)
