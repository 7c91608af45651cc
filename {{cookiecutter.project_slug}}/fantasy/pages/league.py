"""A league: its table, and the line-ups of its teams."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

import msgspec

from fantasy.pages.addresses import player_url, team_url
from fantasy.pages.competition import Calendar, Competition, Round
from fantasy.pages.squads import HasPosition


class RosterLineup(msgspec.Struct, frozen=True, gc=False):
    """A line-up as keys of players."""

    round_id: int
    captain_id: int
    starters: tuple[int, ...]
    bench: tuple[int, ...]


def latest_lineup(
    lineups: Iterable[RosterLineup], calendar: Calendar, until: Round
) -> RosterLineup | None:
    """The line-up for a round or, while there is none, for the latest round before."""
    numbers = {round_.pk: round_.number for round_ in calendar.rounds}
    earlier = [lineup for lineup in lineups if numbers.get(lineup.round_id, inf) <= until.number]
    return max(earlier, key=lambda lineup: numbers[lineup.round_id], default=None)


class RosterTeam(msgspec.Struct, frozen=True, gc=False):
    """A fantasy team with its manager and all its line-ups, those of open rounds too."""

    pk: int
    name: str
    manager: str
    lineups: tuple[RosterLineup, ...]

    def lineup_for(self, round_id: int) -> RosterLineup | None:
        return next((lineup for lineup in self.lineups if lineup.round_id == round_id), None)


class RosterHead(msgspec.Struct, frozen=True):
    """What a roster needs of others: their competition, and the rounds that it has line-ups for."""

    competition_id: int
    round_ids: tuple[int, ...]


class Roster(RosterHead, frozen=True):
    """The part of a league's pages that belongs to this league alone. It holds line-ups that are
    still secret: no page shows it as it is."""

    pk: int
    name: str
    owner: str
    teams: tuple[RosterTeam, ...]


class League(msgspec.Struct, frozen=True):
    """The head of a league's pages."""

    pk: int
    name: str
    owner: str
    competition: Competition


class ListedLeague(msgspec.Struct, frozen=True):
    """A league in the list of all."""

    pk: int
    name: str
    owner: str
    team_count: int
    competition: Competition


class LeagueList(msgspec.Struct, frozen=True):
    """One page of the list of all leagues. `count` is how many there are in all."""

    count: int
    leagues: tuple[ListedLeague, ...]


class PlacedPlayer(HasPosition, frozen=True, kw_only=True, array_like=True):
    """A player of a line-up."""

    pk: int
    name: str
    team_code: str

    @property
    def url(self) -> str:
        return player_url(self.pk)


class Place(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A place of a line-up, and what its player has earned in the round.

    A league has 180 of them: in the store its page takes a third when their fields have no names.
    The garbage collector does not look at them (`gc=False`), nor at what else comes in numbers:
    what is frozen forms no circles, and to look takes 5 to 20 ms of somebody's request.
    """

    player: PlacedPlayer
    points: int
    is_starter: bool
    is_captain: bool


class Lineup(msgspec.Struct, frozen=True):
    """A line-up in its round. `points` counts the captain twice and the bench not at all."""

    round: Round
    points: int
    places: tuple[Place, ...]


class TeamHead(msgspec.Struct, frozen=True, gc=False):
    """A fantasy team and who manages it."""

    pk: int
    name: str
    manager: str

    @property
    def url(self) -> str:
        return team_url(self.pk)


class Row(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A team's line in the table. Teams with equal totals share a rank.

    `places` is the line-up of the latest round; empty on a page that does not show it.
    """

    team: TeamHead
    by_round: tuple[int, ...]
    total: int
    rank: int
    places: tuple[Place, ...] = ()

    @property
    def last_round(self) -> int:
        """What the latest round brought; 0 before the first one."""
        return self.by_round[-1] if self.by_round else 0


class Table(msgspec.Struct, frozen=True):
    """The standings of a league over the rounds in which it has competed."""

    rounds: tuple[Round, ...]
    rows: tuple[Row, ...]

    @property
    def latest_round(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None


class LeaguePage(msgspec.Struct, frozen=True):
    """The pages of a league: with the line-ups of the latest round, or with the table alone."""

    league: League
    table: Table


class TeamPage(msgspec.Struct, frozen=True):
    """A fantasy team and the line-ups that everybody may see, the latest first."""

    league: League
    team: TeamHead
    lineups: tuple[Lineup, ...]
