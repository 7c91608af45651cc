"""What players earn for what they did: events times scoring rules."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import IntegerField, OuterRef, Subquery, Sum

from fantasy.models import (
    Competition,
    EventKind,
    MatchEvent,
    PlayerPoints,
    Position,
    Round,
    ScoringRule,
)

GK, DF, MF, FW = Position

# Points for each kind of event by position. Rows in the database from then on, so that a
# competition can have its own; these are in the spirit of the usual fantasy games.
DEFAULT_RULES: dict[EventKind, dict[Position, int]] = {
    EventKind.GOAL: {GK: 10, DF: 6, MF: 5, FW: 4},
    EventKind.PENALTY_GOAL: {GK: 8, DF: 5, MF: 4, FW: 3},
    EventKind.OWN_GOAL: {GK: -2, DF: -2, MF: -2, FW: -2},
    EventKind.ASSIST: {GK: 3, DF: 3, MF: 3, FW: 3},
    EventKind.PENALTY_MISSED: {GK: -2, DF: -2, MF: -2, FW: -2},
    EventKind.PENALTY_SAVED: {GK: 5, DF: 5, MF: 5, FW: 5},
    EventKind.YELLOW_CARD: {GK: -1, DF: -1, MF: -1, FW: -1},
    EventKind.RED_CARD: {GK: -3, DF: -3, MF: -3, FW: -3},
    EventKind.CLEAN_SHEET: {GK: 4, DF: 4, MF: 1, FW: 0},
}


def create_default_rules(competition: Competition) -> None:
    """Gives the competition the usual rules. Rules that it already has stay as they are."""
    ScoringRule.objects.bulk_create(
        [
            ScoringRule(competition=competition, kind=kind, position=position, points=points)
            for kind, by_position in DEFAULT_RULES.items()
            for position, points in by_position.items()
        ],
        ignore_conflicts=True,
    )


def update_points(round_: Round, player_ids: Iterable[int] | None = None) -> None:
    """Works out the points of a round anew from its events, for all players or for some.

    Call it in the transaction that changed the events. It can be repeated: the result depends on
    nothing but the events and the rules.
    """
    events = MatchEvent.objects.filter(match__round=round_)
    if player_ids is not None:
        events = events.filter(player__in=player_ids)
    worth = ScoringRule.objects.filter(
        competition=round_.competition_id,
        kind=OuterRef("kind"),
        position=OuterRef("player__position"),
    ).values("points")
    totals = (
        events.annotate(worth=Subquery(worth, output_field=IntegerField()))
        .order_by()
        .values_list("player")
        .annotate(total=Sum("worth", default=0))
    )
    rows = PlayerPoints.objects.filter(round=round_)
    if player_ids is not None:
        rows = rows.filter(player__in=player_ids)
    _store(round_, {row.player_id: row for row in rows}, dict(totals))


def _store(round_: Round, rows: dict[int, PlayerPoints], totals: dict[int, int]) -> None:
    new, changed = [], []
    for player_id, total in totals.items():
        row = rows.pop(player_id, None)
        if row is None:
            new.append(PlayerPoints(player_id=player_id, round=round_, points=total))
        elif row.points != total:
            row.points = total
            changed.append(row)
    PlayerPoints.objects.bulk_create(new)
    PlayerPoints.objects.bulk_update(changed, ["points"])
    # What is left has no events any more.
    PlayerPoints.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
