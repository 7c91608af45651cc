"""Lists of players: who scored most, and whom a line-up can name."""

from __future__ import annotations

import msgspec

from fantasy.pages.competition import Competition
from fantasy.pages.squads import HasPosition, Team


class Scorer(msgspec.Struct, frozen=True):
    """A player who scored; own goals aside."""

    pk: int
    name: str
    team: Team
    goals: int
    penalties: int


class ScorersPage(msgspec.Struct, frozen=True):
    """Who scored most in a competition, the best first."""

    competition: Competition
    scorers: tuple[Scorer, ...]


class PlayerOption(HasPosition, frozen=True, kw_only=True):
    """A player as the line-up editor offers and understands it."""

    label: str


class PlayerOptions(msgspec.Struct, frozen=True):
    """All players of a competition, team by team and by number."""

    players: tuple[PlayerOption, ...]
