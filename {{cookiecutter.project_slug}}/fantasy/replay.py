"""Plays a match day as a live feed, event by event, faster than in reality."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from fantasy.feed import FeedEvent, MatchFeed
from fantasy.lineups import carry_over_lineups
from fantasy.matchday import finish, kick_off, reach_minute, record
from fantasy.models import Match, Round

SECONDS_PER_MINUTE = 60
PAUSE = 5  # minutes between the last final whistle and the next kick-off, when nothing is live


@dataclass(frozen=True)
class Step:
    """One thing that the feed reports: at which minute of the match day, about which match.

    `act` changes the database, and tells whether it did: it can be repeated. `event` is None for
    steps in which no player does anything.
    """

    minute: int
    match_id: int
    act: Callable[[], bool]
    event: FeedEvent | None = None


def start_round(round_: Round) -> None:
    """Makes the match day begin now, closes its line-ups, and carries over those of the last one.

    The rounds after it keep their distance. A round that has begun already stays where it is.
    """
    with transaction.atomic():
        if not round_.matches.begun().exists():
            _move_to_now(round_)
    carry_over_lineups(round_)


def replay(
    round_: Round,
    steps: Sequence[Step],
    speed: float,
    *,
    report: Callable[[Step], None],
    reach: Callable[[int], None] = lambda done: None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Plays the timeline of a round at `speed` times real time.

    `report` hears of each step that changed something, `reach` of how many steps are done.

    It can be interrupted at any moment: started again it makes up at once for what was played
    before, which changes nothing, and goes on from there.
    """
    seconds_per_minute = SECONDS_PER_MINUTE / speed
    now = _played_until(steps, round_)
    for done, step in enumerate(steps, start=1):
        if step.minute > now:
            sleep((step.minute - now) * seconds_per_minute)
            now = step.minute
        if step.act():
            report(step)
        reach(done)


def timeline(round_: Round, feeds: Sequence[MatchFeed]) -> list[Step]:
    """All steps of a match day in order. Hours in which nothing would be played are left out."""
    steps: list[Step] = []
    for feed, start in _starts(round_, feeds):
        steps += _match_steps(feed, start)
    return sorted(steps, key=lambda step: step.minute)


def _match_steps(feed: MatchFeed, start: int) -> Iterator[Step]:
    match_id = feed.match_id
    yield Step(start, match_id, lambda: kick_off(match_id))
    for minute in range(1, feed.minutes + 1):
        yield Step(start + minute, match_id, _clock(match_id, minute))
        for event in feed.events_in(minute):
            yield Step(start + minute, match_id, _recording(match_id, event), event)
    yield Step(start + feed.minutes + 1, match_id, lambda: finish(feed))


def _clock(match_id: int, minute: int) -> Callable[[], bool]:
    return lambda: reach_minute(match_id, minute)


def _recording(match_id: int, event: FeedEvent) -> Callable[[], bool]:
    return lambda: record(match_id, event)


def _starts(round_: Round, feeds: Sequence[MatchFeed]) -> Iterator[tuple[MatchFeed, int]]:
    """Each feed with the minute of the match day in which its match kicks off."""
    kickoffs = dict(round_.matches.values_list("pk", "kickoff_at"))
    start, end, previous = 0, 0, None
    for feed in sorted(feeds, key=lambda feed: (kickoffs[feed.match_id], feed.match_id)):
        kickoff = kickoffs[feed.match_id]
        if previous is not None:
            gap = round((kickoff - previous).total_seconds() / SECONDS_PER_MINUTE)
            start = min(start + gap, max(end + PAUSE, start))
        yield feed, start
        end = max(end, start + feed.minutes + 1)
        previous = kickoff


def _played_until(steps: Sequence[Step], round_: Round) -> int:
    """The minute of the match day that an earlier replay has reached."""
    starts: dict[int, int] = {}
    for step in steps:
        starts.setdefault(step.match_id, step.minute)
    begun = round_.matches.begun().values_list("pk", "minute")
    return max((starts[pk] + minute for pk, minute in begun if pk in starts), default=0)


def _move_to_now(round_: Round) -> None:
    first = round_.matches.aggregate(first=Min("kickoff_at"))["first"]
    delay = timezone.now() - (first or timezone.now())
    later = Round.objects.of(round_.competition_id).from_number(round_.number)
    Match.objects.filter(round__in=later).update(kickoff_at=F("kickoff_at") + delay)
    later.update(deadline=F("deadline") + delay)
    # Line-ups close when the first ball rolls, however long before that the deadline was.
    Round.objects.filter(pk=round_.pk).update(deadline=timezone.now())
    round_.refresh_from_db()
