"""What happened in the matches, as a live feed would report it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from fantasy.feed import FeedEvent, MatchFeed
from fantasy.models import Match, Player, Round, Team
from fantasy.worldcup.files import SCHEDULE, WorldCupFileError
from fantasy.worldcup.schedule import Fixture
from fantasy.worldcup.scorers import Scored, assign_goals
from fantasy.worldcup.tournament import read_tournament


class Ids(NamedTuple):
    """Where the database has what the files speak of."""

    teams: dict[str, int]  # by code
    players: dict[tuple[str, int, str], int]  # by code, number and name
    matches: dict[tuple[str, str, str], int]  # by round and the codes of home and away


def match_feeds(directory: Path, round_: Round) -> list[MatchFeed]:
    """The feeds of the round's matches that have a result, in the order of their kick-offs.

    The competition must have been imported from the same files: raises WorldCupFileError where it
    does not fit them. Goals whose scorer is not certain are left out; `import_worldcup` lists them.
    """
    tournament = read_tournament(directory)
    fixtures = [fixture for fixture in tournament.fixtures if fixture.round == round_.name]
    goals = assign_goals(tournament, fixtures)
    try:
        return feeds_of(fixtures, goals.scored, ids_of(round_.competition_id))
    except KeyError as error:
        missing = ", ".join(map(str, error.args[0]))
        problem = f"{missing} is not in the database. Import the files with import_worldcup."
        raise WorldCupFileError(SCHEDULE, "", problem) from error


def ids_of(competition_id: int) -> Ids:
    """The ids of all that the competition has."""
    teams = Team.objects.filter(competition=competition_id).values_list("code", "pk")
    players = Player.objects.filter(team__competition=competition_id).values_list(
        "team__code", "number", "name", "pk"
    )
    matches = Match.objects.filter(round__competition=competition_id).values_list(
        "round__name", "home__code", "away__code", "pk"
    )
    return Ids(
        teams=dict(teams),
        players={(code, number, name): pk for code, number, name, pk in players},
        matches={(name, home, away): pk for name, home, away, pk in matches},
    )


def feeds_of(fixtures: Iterable[Fixture], scored: Iterable[Scored], ids: Ids) -> list[MatchFeed]:
    """The feeds of the fixtures that have a result, with the goals that were assigned."""
    by_fixture: dict[int, list[Scored]] = {}
    for goal in scored:
        by_fixture.setdefault(goal.fixture.number, []).append(goal)
    return [
        MatchFeed(
            match_id=ids.matches[fixture.round, fixture.home, fixture.away],
            events=_events(by_fixture.get(fixture.number, []), ids),
            extra_time=fixture.result.extra_time,
            shootout=fixture.result.shootout,
        )
        for fixture in fixtures
        if fixture.result
    ]


def _events(scored: list[Scored], ids: Ids) -> tuple[FeedEvent, ...]:
    return tuple(
        FeedEvent(
            sequence=sequence,
            clock=goal.clock,
            kind=goal.kind,
            player_id=ids.players[goal.squad, player.number, player.name],
            team_id=ids.teams[goal.side],
        )
        for sequence, (goal, player) in enumerate(((s.goal, s.player) for s in scored), start=1)
    )
