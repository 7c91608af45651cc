"""What the players have earned in a round."""

from __future__ import annotations

from collections.abc import Iterable

from fantasy.models import Competition, PlayerPoints, Round
from kickoff.caching.entries import CachedManager, Entry, Versioned


def _build_points(round_id: int) -> dict[int, int]:
    rows = PlayerPoints.objects.of_round(round_id)
    return dict(rows.values_list("player", "points"))


def _current_rounds() -> list[tuple[int]]:
    competition = Competition.cached.named()
    calendar = Competition.cached.calendar(competition.pk) if competition else None
    return [(round_.pk,) for round_ in calendar.rounds] if calendar else []


class RoundReads(CachedManager, model=Round):
    # By player. The one key that a goal makes stale for all leagues.
    points = Entry(
        _build_points,
        stale_when={"fantasy.PlayerPoints": "round"},
        keys=_current_rounds,
        pinned=True,
    )


def points_of(round_ids: Iterable[int]) -> list[Versioned[dict[int, int]]]:
    """The points of several rounds, as parts."""
    return [RoundReads.points.versioned(round_id) for round_id in round_ids]
