"""What a match day looks like when it comes in event by event, whatever it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fantasy.models import EventKind, MatchEvent

FULL_TIME = 90
EXTRA_TIME = 120


class Clock(NamedTuple):
    """A moment of play. 90+4 comes after 90 and before 91."""

    minute: int
    stoppage: int = 0


@dataclass(frozen=True)
class FeedEvent:
    """Something that a player did. `sequence` numbers the events of a match from 1."""

    sequence: int
    clock: Clock
    kind: EventKind
    player_id: int
    team_id: int

    def row(self, match_id: int) -> MatchEvent:
        """The event as a row of its match, not saved."""
        return MatchEvent(
            match_id=match_id,
            sequence=self.sequence,
            kind=self.kind,
            player_id=self.player_id,
            team_id=self.team_id,
            minute=self.clock.minute,
            stoppage=self.clock.stoppage,
        )


@dataclass(frozen=True)
class MatchFeed:
    """All that will be reported from one match. `shootout` is (home, away) where there was one."""

    match_id: int
    events: tuple[FeedEvent, ...]
    extra_time: bool = False
    shootout: tuple[int, int] | None = None

    @property
    def minutes(self) -> int:
        """How long the match is played, without stoppage time."""
        return EXTRA_TIME if self.extra_time else FULL_TIME

    def events_in(self, minute: int) -> Iterator[FeedEvent]:
        """The events of one minute, those of its stoppage time too."""
        return (event for event in self.events if event.clock.minute == minute)
