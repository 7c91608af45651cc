"""`manage.py demo_data --leagues N --seed S`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from fantasy.demo.competition import LIVE_ROUND, create_competition
from fantasy.demo.leagues import TEAMS_PER_LEAGUE, create_leagues
from fantasy.progress import progress_bar


class Command(BaseCommand):
    help = (
        "Creates an invented competition with leagues of twelve teams. It can be repeated: what is "
        "there stays, more leagues are added."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leagues", type=int, default=20, help="How many (default: 20).")
        parser.add_argument("--seed", type=int, default=1, help="Which competition (default: 1).")

    def handle(self, *args: Any, **options: Any) -> None:
        number, seed = options["leagues"], options["seed"]
        if number < 0 or seed < 0:
            raise CommandError("--leagues and --seed take whole numbers from 0 up.")
        competition = create_competition(seed, timezone.localdate())
        round_ = competition.rounds.get(number=LIVE_ROUND)
        with progress_bar("Leagues", total=number, stream=self.stdout) as bar:
            for created in create_leagues(competition, round_, number):
                bar.reach(created)
        self.stdout.write(
            f"{competition}: {competition.leagues.count()} leagues of {TEAMS_PER_LEAGUE} teams. "
            "`manage.py replay` plays the next match day."
        )
