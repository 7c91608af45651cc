"""Teams and their players."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from fantasy.models import Position, label_of
from fantasy.names import plain


def as_typed(text: str) -> str:
    """The text without what does not count when a name is typed."""
    return plain(text).casefold()


class Team(msgspec.Struct, frozen=True, gc=False):
    """A team with what its crest needs."""

    pk: int
    name: str
    code: str
    flag: str


class HasPosition(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody who plays in a position."""

    position: str

    def get_position_display(self) -> str:
        return Position(self.position).label


class Player(HasPosition, frozen=True, kw_only=True):
    """A player of a squad."""

    pk: int
    name: str
    plain_name: str
    number: int
    team_id: int
    club: str
    born_on: date | None


class RankedPlayer(HasPosition, frozen=True, kw_only=True):
    """A player in a list by points."""

    pk: int
    name: str
    club: str
    team: Team
    total_points: int


class Squads(msgspec.Struct, frozen=True):
    """All teams and players of a competition, by their keys.

    Other parts may know of a newcomer a moment earlier: a name that is not here yet is empty.
    """

    teams: dict[int, Team]
    players: dict[int, Player]

    def matching(self, text: str = "", position: str = "", team: str = "") -> Iterator[Player]:
        """Those whose name contains the text, in that position, of the team with that code."""
        wanted = as_typed(text)
        return (
            player
            for player in self.players.values()
            if wanted in player.plain_name.casefold()
            and position in ("", player.position)
            and team in ("", self.team_code(player.team_id))
        )

    def ranked(self, players: Iterable[Player], totals: dict[int, int]) -> list[RankedPlayer]:
        """Players with their points, the most first."""
        best_first = sorted(players, key=lambda p: (-totals.get(p.pk, 0), p.name, p.pk))
        return [
            RankedPlayer(
                pk=player.pk,
                name=player.name,
                position=player.position,
                club=player.club,
                team=self.teams[player.team_id],
                total_points=totals.get(player.pk, 0),
            )
            for player in best_first
            if player.team_id in self.teams
        ]

    def codes(self) -> list[tuple[str, str]]:
        """The code and the name of each team, by name."""
        return sorted(((team.code, team.name) for team in self.teams.values()), key=lambda t: t[1])

    def label(self, player: Player) -> str:
        """The name by which the line-up editor knows a player."""
        return label_of(player.name, self.team_code(player.team_id), player.number)

    def by_typed_name(self) -> dict[str, list[Player]]:
        """Whom a text means in the line-up editor, accents and case aside: the text is a label, or
        a name that several may have."""
        found: dict[str, list[Player]] = defaultdict(list)
        for player in self.players.values():
            for name in {as_typed(self.label(player)), as_typed(player.plain_name)}:
                found[name].append(player)
        return found

    def team_name(self, team_id: int) -> str:
        team = self.teams.get(team_id)
        return team.name if team else ""

    def team_code(self, team_id: int) -> str:
        team = self.teams.get(team_id)
        return team.code if team else ""

    def player_name(self, player_id: int) -> str:
        player = self.players.get(player_id)
        return player.name if player else ""
