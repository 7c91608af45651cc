"""The table of a league: what each team has earned in each round, and its rank."""

from __future__ import annotations

from dataclasses import dataclass

from fantasy.models import FantasyTeam, League, Lineup, LineupPlace, Round


@dataclass
class Row:
    """A team's line in the table. Teams with equal totals share a rank."""

    team: FantasyTeam
    by_round: list[int]
    total: int
    rank: int = 0
    lineup: Lineup | None = None

    @property
    def last_round(self) -> int:
        """What the latest round brought; 0 before the first one."""
        return self.by_round[-1] if self.by_round else 0


@dataclass
class Table:
    """The standings of a league over the rounds in which it has competed."""

    rounds: list[Round]
    rows: list[Row]

    @property
    def latest_round(self) -> Round | None:
        return self.rounds[-1] if self.rounds else None


def league_table(league: League) -> Table:
    """Reads the table of a league: three queries, whatever its size."""
    rounds = list(Round.objects.played_in(league.pk))
    earned = LineupPlace.objects.points_by_team_and_round(league.pk)
    rows = []
    for team in FantasyTeam.objects.in_league(league.pk):
        by_round = [earned.get((team.pk, round_.pk), 0) for round_ in rounds]
        rows.append(Row(team=team, by_round=by_round, total=sum(by_round)))
    rows.sort(key=lambda row: (-row.total, row.team.name))
    _rank(rows)
    return Table(rounds=rounds, rows=rows)


def attach_lineups(league: League, table: Table) -> None:
    """Gives each row the line-up of the latest round: two queries, whatever the league's size."""
    if table.latest_round is None:
        return
    lineups = Lineup.objects.of_league(league.pk).for_round(table.latest_round).with_places()
    by_team = {lineup.team_id: lineup for lineup in lineups}
    for row in table.rows:
        row.lineup = by_team.get(row.team.pk)


def _rank(rows: list[Row]) -> None:
    for index, row in enumerate(rows):
        tied = index > 0 and row.total == rows[index - 1].total
        row.rank = rows[index - 1].rank if tied else index + 1
