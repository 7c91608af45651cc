"""The results as rows: scores, and goals as events."""

from __future__ import annotations

from collections.abc import Sequence

from fantasy.feed import MatchFeed
from fantasy.models import GOAL_KINDS, Competition, Match, MatchEvent
from fantasy.worldcup.rows import Pairing, write
from fantasy.worldcup.schedule import Result

RESULT_FIELDS = [
    *["status", "minute", "home_goals", "away_goals"],
    *["extra_time", "home_penalties", "away_penalties"],
]


def save_scores(
    competition: Competition, results: Sequence[Result], feeds: Sequence[MatchFeed]
) -> None:
    """Each match of the feeds is over, with the result in the same place."""
    matches = Match.objects.of(competition)
    by_id = matches.in_bulk()
    known = [
        (by_id[feed.match_id], _finished(result))
        for result, feed in zip(results, feeds, strict=True)
    ]
    write(matches, Pairing(known=known), RESULT_FIELDS)


def _finished(result: Result) -> Match:
    home_penalties, away_penalties = result.shootout or (None, None)
    return Match(
        status=Match.Status.FINISHED,
        minute=result.minutes,
        home_goals=result.score[0],
        away_goals=result.score[1],
        extra_time=result.extra_time,
        home_penalties=home_penalties,
        away_penalties=away_penalties,
    )


def save_goals(competition: Competition, feeds: Sequence[MatchFeed]) -> None:
    """The matches of the feeds have these goals and no others. Cards and assists stay."""
    recorded: dict[int, list[MatchEvent]] = {}
    for event in MatchEvent.objects.filter(match__round__competition=competition):
        recorded.setdefault(event.match_id, []).append(event)
    stale: list[int] = []
    events: list[MatchEvent] = []
    for feed in feeds:
        before = recorded.get(feed.match_id, [])
        goals = [event.row(feed.match_id) for event in feed.events]
        if [_content(event) for event in before if event.kind in GOAL_KINDS] != [
            _content(goal) for goal in goals
        ]:
            stale.append(feed.match_id)
            others = [event for event in before if event.kind not in GOAL_KINDS]
            events += _in_sequence([*goals, *others])
    MatchEvent.objects.filter(match__in=stale).delete()
    MatchEvent.objects.bulk_create(events)


def _content(event: MatchEvent) -> tuple[str, int, int, int, int]:
    return (event.kind, event.player_id, event.team_id, event.minute, event.stoppage)


def _in_sequence(events: list[MatchEvent]) -> list[MatchEvent]:
    """The events numbered in the order of the clock; they keep the keys that they have."""
    events.sort(key=lambda event: (event.minute, event.stoppage))
    for sequence, event in enumerate(events, start=1):
        event.sequence = sequence
    return events
