"""The worlds in which the game is tested."""

import pytest

from fantasy.models import Competition, League, Round
from fantasy.tests import worlds


@pytest.fixture
def competition(db: None) -> Competition:
    """Four teams; round 1 is played, round 2 is live, round 3 is open."""
    return worlds.create_competition()


@pytest.fixture
def live_round(competition: Competition) -> Round:
    return competition.rounds.get(number=2)


@pytest.fixture
def open_round(competition: Competition) -> Round:
    return competition.rounds.get(number=3)


@pytest.fixture
def league(competition: Competition) -> League:
    """The league "Friends" of the users Anna (its owner), Ben and Cleo."""
    return worlds.create_league_of(competition, "Anna", "Ben", "Cleo")
