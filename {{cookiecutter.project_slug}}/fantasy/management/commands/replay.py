"""`manage.py replay [DIR] --speed X`"""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fantasy.demo.competition import SLUG
from fantasy.demo.feed import round_feeds
from fantasy.feed import MatchFeed
from fantasy.matchday import rewind
from fantasy.models import Competition, Match, MatchEvent, Round
from fantasy.progress import progress_bar
from fantasy.replay import Step, replay, start_round, timeline
from fantasy.worldcup.feed import match_feeds
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.importer import import_worldcup

Feeds = Callable[[Round], Sequence[MatchFeed]]


class Command(BaseCommand):
    help = (
        "Plays the next match day of the demo competition, or of the World Cup files in DIR, as a "
        "live feed. Interrupted and started again it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", nargs="?", type=Path, metavar="DIR")
        parser.add_argument(
            "--speed",
            type=_speed,
            default=60.0,
            help="How many times faster than in reality (default: 60, a minute in a second).",
        )
        parser.add_argument("--round", type=int, help="The number of the match day to play.")
        parser.add_argument(
            "--restart", action="store_true", help="Take back what was played of it first."
        )
        parser.add_argument(
            "--all", action="store_true", help="Go on with the match days after it."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._play_rounds(options)
        except KeyboardInterrupt:
            self.stdout.write("Stopped. Started again it goes on from here.")
        except WorldCupFileError as error:
            raise CommandError(str(error)) from error

    def _play_rounds(self, options: dict[str, Any]) -> None:
        competition, feeds = self._source(options["directory"])
        round_ = self._round(competition, options["round"])
        if options["restart"]:
            rewind(round_)
        self._play(round_, feeds, options["speed"])
        if options["all"]:
            for following in competition.rounds.unfinished():
                self._play(following, feeds, options["speed"])

    def _source(self, directory: Path | None) -> tuple[Competition, Feeds]:
        if directory is not None:
            imported = import_worldcup(directory, results=False)
            return imported.competition, lambda round_: match_feeds(directory, round_)
        competition = Competition.objects.current()
        if competition is None:
            raise CommandError("There is no competition to play. `manage.py demo_data` makes one.")
        if not competition.slug.startswith(SLUG):
            raise CommandError(
                f"{competition} was not made by `demo_data`. "
                "Name the folder with its files: `replay DIR`."
            )
        return competition, round_feeds

    def _round(self, competition: Competition, number: int | None) -> Round:
        if number is None:
            round_ = competition.rounds.unfinished().first()
            if round_ is None:
                raise CommandError(
                    f"All rounds of {competition} are played. "
                    "`replay --round 1 --restart` plays the first one again."
                )
            return round_
        round_ = competition.rounds.numbered(number)
        if round_ is None:
            numbers = competition.rounds.count()
            raise CommandError(f"{competition} has rounds 1 to {numbers}, no round {number}.")
        return round_

    def _play(self, round_: Round, feeds: Feeds, speed: float) -> None:
        start_round(round_)
        self.stdout.write(f"{round_.competition}, {round_}: kick-off at {speed:g} times real time")
        steps = timeline(round_, feeds(round_))
        with progress_bar(round_.name, total=len(steps), stream=self.stdout) as bar:

            def report(step: Step) -> None:
                if step.event is not None:
                    bar.say(self._line(step.match_id, step.event.sequence))

            replay(round_, steps, speed, report=report, reach=bar.reach)

    def _line(self, match_id: int, sequence: int) -> str:
        match = Match.objects.with_teams().get(pk=match_id)
        event = MatchEvent.objects.select_related("player").get(match=match, sequence=sequence)
        return (
            f"{event.clock:>6} {match.home.name} {match.home_goals}–{match.away_goals} "
            f"{match.away.name}: {event.get_kind_display()}, {event.player.name}"
        )


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ArgumentTypeError(f"{text} is no speed. Give a number above 0, for example 60.")
    return speed
