"""A player: the points by round, and what they were given for."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from fantasy.pages.match import Happening
from fantasy.pages.squads import HasPosition, Team


class Fixture(msgspec.Struct, frozen=True):
    """Who meets in a match, and when: what the course of a match does not change."""

    round_id: int
    home_id: int
    away_id: int
    kickoff_at: datetime


class RecordedEvent(Happening, frozen=True, kw_only=True):
    """Something that the player did, with the key of the match."""

    match_id: int


class Record(msgspec.Struct, frozen=True):
    """The part of a player's page that belongs to this player alone."""

    player_id: int
    competition_id: int
    points: dict[int, int]  # by the key of the round
    events: tuple[RecordedEvent, ...]


class Appearance(msgspec.Struct, frozen=True):
    """The match in which something happened."""

    pk: int
    home: str
    away: str
    round: str
    kickoff_at: datetime


class Feat(Happening, frozen=True, kw_only=True):
    """Something that the player did, with the match in which it was."""

    match: Appearance


class Earned(msgspec.Struct, frozen=True):
    """What one round has brought."""

    round: str
    points: int


class PlayerPage(HasPosition, frozen=True, kw_only=True):
    """A player with points and events, the latest first."""

    pk: int
    name: str
    number: int
    team: Team
    club: str
    born_on: date | None
    points: tuple[Earned, ...]
    events: tuple[Feat, ...]

    @property
    def total_points(self) -> int:
        return sum(earned.points for earned in self.points)
