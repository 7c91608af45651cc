"""Assigns goals to players."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fantasy.worldcup.files import PlayerEntry
from fantasy.worldcup.names import UncertainNameError, find_player
from fantasy.worldcup.schedule import Fixture, Goal
from fantasy.worldcup.tournament import Tournament


@dataclass(frozen=True)
class Scored:
    """A goal and who scored it."""

    fixture: Fixture
    goal: Goal
    player: PlayerEntry


@dataclass(frozen=True)
class Refused:
    """A goal that nobody gets, because it is not certain who scored it."""

    fixture: Fixture
    goal: Goal
    reason: str


@dataclass
class Goals:
    """What became of the goals; both lists are in the order in which they fell."""

    scored: list[Scored] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def assign_goals(tournament: Tournament, fixtures: Iterable[Fixture]) -> Goals:
    """Finds who scored the goals of the fixtures. Guesses nothing."""
    goals = Goals()
    for fixture in fixtures:
        for goal in fixture.result.goals if fixture.result else ():
            players = tournament.squads[goal.squad].players
            try:
                place = find_player(goal.name, [player.name for player in players])
            except UncertainNameError as error:
                goals.refused.append(Refused(fixture, goal, str(error)))
            else:
                goals.scored.append(Scored(fixture, goal, players[place]))
    return goals
