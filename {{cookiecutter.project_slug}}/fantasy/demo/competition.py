"""The invented competition: clubs, squads, rounds, and the results of the rounds already played."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from django.db import transaction
from django.utils import timezone

from fantasy.demo.feed import round_feeds
from fantasy.demo.names import CLUBS, player_name
from fantasy.feed import MatchFeed
from fantasy.models import (
    GOAL_KINDS,
    Competition,
    Match,
    MatchEvent,
    Player,
    Position,
    Round,
    Team,
)
from fantasy.names import plain
from fantasy.scoring import create_default_rules, update_points

SLUG = "kickoff-cup"
ROUNDS = 8
PLAYED_ROUNDS = 3
LIVE_ROUND = PLAYED_ROUNDS + 1
SQUAD = {
    Position.GOALKEEPER: 2,
    Position.DEFENDER: 7,
    Position.MIDFIELDER: 7,
    Position.FORWARD: 5,
}
KICKOFF_HOURS = [12, 12, 15, 15, 15, 18, 18, 20]  # of the matches of a round, UTC


def slug_for(seed: int) -> str:
    return f"{SLUG}-{seed}"


@transaction.atomic
def create_competition(seed: int, today: date) -> Competition:
    """Creates the competition of that seed, or returns it when it is there already.

    Three rounds have been played, the fourth is today's, four are to come, a week apart.
    """
    competition, is_new = Competition.objects.get_or_create(
        slug=slug_for(seed),
        defaults={
            "name": f"Kickoff Cup {seed}",
            "starts_on": today - timedelta(weeks=PLAYED_ROUNDS),
        },
    )
    if is_new:
        create_default_rules(competition)
        _create_squads(competition, Random(f"{seed}:squads"))
        _create_rounds(competition, today)
        for round_ in competition.rounds.all()[:PLAYED_ROUNDS]:
            _play(round_)
    return competition


def _create_squads(competition: Competition, random: Random) -> None:
    Team.objects.bulk_create(
        Team(competition=competition, name=name, code=code) for name, code in CLUBS
    )
    Player.objects.bulk_create(
        Player(
            team=team,
            name=(name := player_name(random)),
            plain_name=plain(name),
            position=position,
            number=number,
            born_on=date(1990, 1, 1) + timedelta(days=random.randrange(6_000)),
            club=team.name,
        )
        for team in competition.teams.all()
        for number, position in enumerate(_positions(), start=1)
    )


def _positions() -> list[Position]:
    return [position for position, number in SQUAD.items() for _ in range(number)]


def _create_rounds(competition: Competition, today: date) -> None:
    start = datetime.combine(today, time(), tzinfo=timezone.get_default_timezone())
    Round.objects.bulk_create(
        Round(
            competition=competition,
            number=number,
            name=f"Round {number}",
            deadline=start + timedelta(weeks=number - LIVE_ROUND),
        )
        for number in range(1, ROUNDS + 1)
    )
    teams = list(competition.teams.order_by("code"))
    numbers = count(1)
    Match.objects.bulk_create(
        Match(
            round=round_,
            number=next(numbers),
            home=home,
            away=away,
            kickoff_at=round_.deadline + timedelta(hours=hour),
            ground=f"{home.name.split()[0]} Park",
        )
        for round_ in competition.rounds.all()
        for hour, (home, away) in zip(KICKOFF_HOURS, _pairs(teams, round_.number), strict=True)
    )


def _pairs(teams: list[Team], number: int) -> list[tuple[Team, Team]]:
    """Who meets in a round: the circle method, in which one team stays and the others move on."""
    first, *others = teams
    shift = number % len(others)
    circle = [first, *others[shift:], *others[:shift]]
    half = len(circle) // 2
    pairs = list(zip(circle[:half], reversed(circle[half:]), strict=True))
    return [(away, home) for home, away in pairs] if number % 2 else pairs


def _play(round_: Round) -> None:
    """Gives the matches of a round their results at once, without a feed in real time."""
    feeds = {feed.match_id: feed for feed in round_feeds(round_)}
    MatchEvent.objects.bulk_create(
        event.row(feed.match_id) for feed in feeds.values() for event in feed.events
    )
    matches = list(round_.matches.all())
    for match in matches:
        feed = feeds[match.pk]
        match.status = Match.Status.FINISHED
        match.minute = feed.minutes
        match.home_goals = _goals(feed, match.home_id)
        match.away_goals = _goals(feed, match.away_id)
    Match.objects.bulk_update(matches, ["status", "minute", "home_goals", "away_goals"])
    update_points(round_)


def _goals(feed: MatchFeed, team_id: int) -> int:
    return sum(event.kind in GOAL_KINDS and event.team_id == team_id for event in feed.events)
