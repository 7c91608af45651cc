"""What line-ups have earned, worked out from rows: for the twins of leagues and teams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from fantasy.models import FantasyTeam, Lineup, LineupPlace, Round


@dataclass
class Row:
    """A team's line in the table."""

    team: FantasyTeam
    by_round: list[int]
    lineup: Lineup | None  # of the latest round
    places: list[LineupPlace]
    rank: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_round)

    @property
    def last_round(self) -> int:
        return self.by_round[-1] if self.by_round else 0


def league_table(teams: Iterable[FantasyTeam]) -> dict[str, Any]:
    lineups = {team: {lineup.round: lineup for lineup in team.lineups.all()} for team in teams}
    rounds = played_rounds(round_ for by_round in lineups.values() for round_ in by_round)
    rows = [row_of(team, by_round, rounds) for team, by_round in lineups.items()]
    rows.sort(key=lambda row: (-row.total, row.team.name))
    for index, row in enumerate(rows):
        above = rows[index - 1]
        row.rank = above.rank if index and row.total == above.total else index + 1
    return {"rounds": rounds, "latest_round": rounds[-1] if rounds else None, "rows": rows}


def played_rounds(rounds: Iterable[Round]) -> list[Round]:
    now = timezone.now()
    locked = {round_ for round_ in rounds if round_.deadline <= now}
    return sorted(locked, key=lambda round_: round_.number)


def row_of(team: FantasyTeam, lineups: dict[Round, Lineup], rounds: list[Round]) -> Row:
    row = Row(team, by_round=[], lineup=None, places=[])
    for round_ in rounds:
        row.lineup = lineups.get(round_)
        row.places = places_of(row.lineup) if row.lineup else []
        row.by_round.append(points_of(row.lineup, row.places) if row.lineup else 0)
    return row


def places_of(lineup: Lineup) -> list[LineupPlace]:
    places = list(lineup.places.all())
    for place in places:
        # For each of 15 players: the player, then all the points of the player's season.
        place.points = sum(  # type: ignore[attr-defined]
            earned.points
            for earned in place.player.points.all()
            if earned.round_id == lineup.round_id
        )
    return places


def points_of(lineup: Lineup, places: list[LineupPlace]) -> int:
    return sum(
        place.points * (2 if place.player == lineup.captain else 1)  # type: ignore[attr-defined]
        for place in places
        if place.is_starter
    )


SHARED = (league_table, played_rounds, Row, row_of, places_of, points_of)
