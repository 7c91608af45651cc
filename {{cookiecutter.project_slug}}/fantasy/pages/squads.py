"""Teams and their players."""

from __future__ import annotations

from datetime import date

import msgspec

from fantasy.models import Position


class Team(msgspec.Struct, frozen=True):
    """A team with what its crest needs."""

    pk: int
    name: str
    code: str
    flag: str


class HasPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who plays in a position."""

    position: str

    def get_position_display(self) -> str:
        return Position(self.position).label


class Player(HasPosition, frozen=True, kw_only=True):
    """A player of a squad."""

    pk: int
    name: str
    number: int
    team_id: int
    club: str
    born_on: date | None


class Squads(msgspec.Struct, frozen=True):
    """All teams and players of a competition, by their keys.

    Other parts may know of a newcomer a moment earlier: a name that is not here yet is empty.
    """

    teams: dict[int, Team]
    players: dict[int, Player]

    def team_name(self, team_id: int) -> str:
        team = self.teams.get(team_id)
        return team.name if team else ""

    def team_code(self, team_id: int) -> str:
        team = self.teams.get(team_id)
        return team.code if team else ""

    def player_name(self, player_id: int) -> str:
        player = self.players.get(player_id)
        return player.name if player else ""
