"""A match: its score, and what has happened in it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fantasy import models
from fantasy.pages.squads import Team


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when a match is played, and how far it is."""

    pk: int
    stage: str
    ground: str
    kickoff_at: datetime
    status: str
    minute: int
    home_goals: int
    away_goals: int
    extra_time: bool
    home_penalties: int | None
    away_penalties: int | None

    @property
    def is_live(self) -> bool:
        return self.status == models.Match.Status.LIVE

    @property
    def is_finished(self) -> bool:
        return self.status == models.Match.Status.FINISHED

    @property
    def is_scheduled(self) -> bool:
        return self.status == models.Match.Status.SCHEDULED


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, and when by the clock of the match."""

    sequence: int
    kind: str
    minute: int
    stoppage: int

    @property
    def clock(self) -> str:
        """The minute as it is written: 7′, 90+4′."""
        return f"{self.minute}+{self.stoppage}′" if self.stoppage else f"{self.minute}′"

    def get_kind_display(self) -> str:
        return models.EventKind(self.kind).label


class Match(Progress, frozen=True, kw_only=True):
    """A match between two teams."""

    home: Team
    away: Team


class Goal(msgspec.Struct, frozen=True):
    """A goal as a scoreboard names it: 45+2′ Pelé (pen.). It counts for the home side or not."""

    clock: str
    scorer: str
    is_home: bool
    remark: str


class BoardMatch(Match, frozen=True, kw_only=True):
    """A line of a scoreboard."""

    goals: tuple[Goal, ...] = ()


class ReportedEvent(Happening, frozen=True, kw_only=True):
    """An event, with the keys of the player and of the side that it counts for."""

    player_id: int
    team_id: int


class Report(Progress, frozen=True, kw_only=True):
    """The part of a match page that belongs to this match alone. Who the teams and players are
    stands in the squads of the competition."""

    competition_id: int
    round_id: int
    home_id: int
    away_id: int
    events: tuple[ReportedEvent, ...]


class Event(Happening, frozen=True, kw_only=True):
    """An event of a match page. `team` is the side that it counts for."""

    player_id: int
    player_name: str
    team: Team


class MatchPage(Match, frozen=True, kw_only=True):
    """A match with its events in the order in which they happened."""

    competition_name: str
    competition_slug: str
    round_name: str
    events: tuple[Event, ...]
