"""Line-ups as keys of players."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

from fantasy import pages
from fantasy.models import STARTERS
from fantasy.models.league import LineupPlaceQuerySet


def lineups_by_team(places: LineupPlaceQuerySet) -> dict[int, tuple[pages.RosterLineup, ...]]:
    """The line-ups that consist of these places, which come line-up by line-up."""
    found = defaultdict(list)
    rows = places.values_list("lineup__team", "lineup__round", "lineup__captain", "place", "player")
    for (team_id, round_id, captain_id), of_lineup in groupby(rows, key=lambda row: row[:3]):
        players = [(place, player_id) for *_lineup, place, player_id in of_lineup]
        found[team_id].append(
            pages.RosterLineup(
                round_id=round_id,
                captain_id=captain_id,
                starters=tuple(player_id for place, player_id in players if place <= STARTERS),
                bench=tuple(player_id for place, player_id in players if place > STARTERS),
            )
        )
    return {team_id: tuple(lineups) for team_id, lineups in found.items()}
