"""Playing a match: what a feed reports becomes events, scores and points.

Each step is one transaction, and can be repeated without doing anything twice: it returns whether
it changed something.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from fantasy.feed import FeedEvent, MatchFeed
from fantasy.models import GOAL_KINDS, Match, MatchEvent, Round
from fantasy.scoring import update_points


def kick_off(match_id: int) -> bool:
    """A scheduled match is live from now on. One that already runs or is over stays as it is."""
    scheduled = Match.objects.filter(pk=match_id, status=Match.Status.SCHEDULED)
    return bool(scheduled.update(status=Match.Status.LIVE, minute=0))


@transaction.atomic
def record(match_id: int, event: FeedEvent) -> bool:
    """Records an event, with the score and the points that follow from it."""
    # Without its round: MariaDB cannot lock one table of a join alone.
    match = Match.objects.select_for_update().get(pk=match_id)
    _event, is_new = MatchEvent.objects.get_or_create(
        match=match,
        sequence=event.sequence,
        defaults={
            "kind": event.kind,
            "player_id": event.player_id,
            "team_id": event.team_id,
            "minute": event.clock.minute,
            "stoppage": event.clock.stoppage,
        },
    )
    if not is_new:
        return False
    if event.kind in GOAL_KINDS:
        side = "home_goals" if event.team_id == match.home_id else "away_goals"
        Match.objects.filter(pk=match_id).update(**{side: F(side) + 1})
    update_points(match.round, [event.player_id])
    return True


def reach_minute(match_id: int, minute: int) -> bool:
    """Moves the clock of a live match forward, never back."""
    live = Match.objects.filter(pk=match_id, status=Match.Status.LIVE)
    return bool(live.filter(minute__lt=minute).update(minute=minute))


def finish(feed: MatchFeed) -> bool:
    """The final whistle."""
    home, away = feed.shootout or (None, None)
    live = Match.objects.filter(pk=feed.match_id, status=Match.Status.LIVE)
    return bool(
        live.update(
            status=Match.Status.FINISHED,
            minute=feed.minutes,
            extra_time=feed.extra_time,
            home_penalties=home,
            away_penalties=away,
        )
    )


@transaction.atomic
def rewind(round_: Round) -> None:
    """Takes back all that happened in a round, as if none of its matches had been played."""
    MatchEvent.objects.filter(match__round=round_).delete()
    round_.matches.update(
        status=Match.Status.SCHEDULED,
        minute=0,
        home_goals=0,
        away_goals=0,
        extra_time=False,
        home_penalties=None,
        away_penalties=None,
    )
    update_points(round_)
