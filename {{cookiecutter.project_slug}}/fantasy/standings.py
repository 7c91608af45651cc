"""The table of a league: what each team has earned in each round, and its rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fantasy.pages.competition import Round
from fantasy.pages.league import Roster, RosterLineup, RosterTeam, Row, Table, TeamHead

# What each player has earned, by the keys of round and player. Who has earned nothing is missing.
PointsByRound = Mapping[int, Mapping[int, int]]


def league_table(roster: Roster, rounds: Sequence[Round], points: PointsByRound) -> Table:
    """The table over these rounds: the best first, teams of equal totals by name."""
    rows: list[Row] = []
    earned = [(team, _by_round(team, rounds, points)) for team in roster.teams]
    for team, by_round in sorted(earned, key=lambda pair: (-sum(pair[1]), pair[0].name)):
        total = sum(by_round)
        tied = rows and total == rows[-1].total
        rank = rows[-1].rank if tied else len(rows) + 1
        head = TeamHead(team.pk, team.name, team.manager)
        rows.append(Row(team=head, by_round=by_round, total=total, rank=rank))
    return Table(rounds=tuple(rounds), rows=tuple(rows))


def lineup_points(lineup: RosterLineup, earned: Mapping[int, int]) -> int:
    """What a line-up has earned: starters count, the captain twice, the bench does not."""
    return sum(
        earned.get(player_id, 0) * (2 if player_id == lineup.captain_id else 1)
        for player_id in lineup.starters
    )


def _by_round(team: RosterTeam, rounds: Sequence[Round], points: PointsByRound) -> tuple[int, ...]:
    lineups = {lineup.round_id: lineup for lineup in team.lineups}
    return tuple(
        lineup_points(lineup, points[round_.pk]) if (lineup := lineups.get(round_.pk)) else 0
        for round_ in rounds
    )
