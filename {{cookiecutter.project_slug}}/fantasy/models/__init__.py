"""The game's data: competitions and matches, and the leagues that are played with them."""

from fantasy.models.competition import (
    GOAL_KINDS,
    Competition,
    EventKind,
    Position,
    Round,
    ScoringRule,
)
from fantasy.models.league import (
    BENCH,
    MAX_TEAMS,
    SQUAD_SIZE,
    STARTERS,
    FantasyTeam,
    League,
    Lineup,
    LineupPlace,
    Membership,
)
from fantasy.models.match import Match, MatchEvent, PlayerPoints
from fantasy.models.squad import Player, Team, label_of

__all__ = [
    "BENCH",
    "GOAL_KINDS",
    "MAX_TEAMS",
    "SQUAD_SIZE",
    "STARTERS",
    "Competition",
    "EventKind",
    "FantasyTeam",
    "League",
    "Lineup",
    "LineupPlace",
    "Match",
    "MatchEvent",
    "Membership",
    "Player",
    "PlayerPoints",
    "Position",
    "Round",
    "ScoringRule",
    "Team",
    "label_of",
]
