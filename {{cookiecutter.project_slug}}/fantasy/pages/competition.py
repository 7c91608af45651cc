"""A competition, its rounds, and its front page."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from fantasy.pages.match import BoardMatch
from fantasy.pages.squads import RankedPlayer


class Competition(msgspec.Struct, frozen=True):
    """A competition as pages name it."""

    pk: int
    name: str
    slug: str


class Round(msgspec.Struct, frozen=True):
    """A match day, and until when its line-ups are secret."""

    pk: int
    number: int
    name: str
    deadline: datetime

    def is_open_at(self, moment: datetime) -> bool:
        """Whether line-ups can be changed at that moment (an aware date and time)."""
        return moment < self.deadline


class Calendar(msgspec.Struct, frozen=True):
    """The rounds of a competition, the first one first."""

    competition: Competition
    rounds: tuple[Round, ...]

    def locked_at(self, moment: datetime) -> tuple[Round, ...]:
        """Those whose deadline has passed: nothing is written when it does, so no cached value
        can know it."""
        return tuple(round_ for round_ in self.rounds if round_.deadline <= moment)

    def to_edit(self, moment: datetime, number: int | None = None) -> Round | None:
        """The round of that number or else the next one whose line-ups are open."""
        meant = next((round_ for round_ in self.rounds if round_.number == number), None)
        is_open = [round_ for round_ in self.rounds if round_.is_open_at(moment)]
        return meant or min(is_open, key=lambda r: (r.deadline, r.number), default=None)

    def name_of(self, round_id: int) -> str:
        """The name of a round; empty for one that is not known yet."""
        return next((round_.name for round_ in self.rounds if round_.pk == round_id), "")


class Board(StrEnum):
    """Which scoreboard a page shows, while the flag `goal_scorers` is on its way."""

    PLAIN = "plain"
    # The plain one, on a page that asks whether its visitor has another.
    ASKING = "asking"
    # With who has scored.
    GOALS = "goals"


class Scoreboard(msgspec.Struct, frozen=True):
    """The part of the front page that renews itself."""

    live: tuple[BoardMatch, ...]
    results: tuple[BoardMatch, ...]
    fixtures: tuple[BoardMatch, ...]


class BoardPage(Scoreboard, frozen=True, kw_only=True):
    """The scoreboard by itself, which a page fetches again and again."""

    competition: Competition
    board: Board


class HomePage(msgspec.Struct, frozen=True):
    """The front page of a competition. `round` is the latest whose line-ups are locked."""

    competition: Competition
    round: Round | None
    live: tuple[BoardMatch, ...]
    results: tuple[BoardMatch, ...]
    fixtures: tuple[BoardMatch, ...]
    leaders: tuple[RankedPlayer, ...]
    board: Board
