"""Small worlds for tests: a competition in the middle of its second round, a league in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from fantasy.leagues import create_league, join_league
from fantasy.lineups import Selection
from fantasy.models import (
    Competition,
    FantasyTeam,
    League,
    Lineup,
    LineupPlace,
    Match,
    Player,
    Position,
    Round,
    Team,
)
from fantasy.scoring import create_default_rules

SQUAD = [
    *[Position.GOALKEEPER] * 2,
    *[Position.DEFENDER] * 7,
    *[Position.MIDFIELDER] * 7,
    *[Position.FORWARD] * 5,
]


def create_competition(*, teams: int = 4) -> Competition:
    """Round 1 was last week, round 2 began an hour ago, round 3 is next week.

    Team T01 has the players "T01 GK 1", "T01 GK 2", "T01 DF 3" … "T01 FW 21". In each round T01
    plays T02, T03 plays T04 …; those of round 1 ended 0–0, the first of round 2 is live.
    """
    now = timezone.now()
    competition = Competition.objects.create(
        name="Test Cup", slug="test-cup", starts_on=now.date() - timedelta(days=7)
    )
    create_default_rules(competition)
    for number in range(1, teams + 1):
        _create_team(competition, f"T{number:02}")
    for number, deadline in [
        (1, now - timedelta(days=7)),
        (2, now - timedelta(hours=1)),
        (3, now + timedelta(days=7)),
    ]:
        round_ = Round.objects.create(
            competition=competition, number=number, name=f"Round {number}", deadline=deadline
        )
        _create_matches(round_)
    competition.rounds.get(number=1).matches.update(status=Match.Status.FINISHED, minute=90)
    live = competition.rounds.get(number=2).matches.order_by("number")[:1]
    Match.objects.filter(pk__in=[match.pk for match in live]).update(status=Match.Status.LIVE)
    return competition


def create_users(*names: str) -> list:
    """Users with these names and the password "secret"."""
    User = get_user_model()  # noqa: N806
    return [User.objects.create_user(username=name, password="secret") for name in names]


def create_league_of(competition: Competition, *user_names: str, name: str = "Friends") -> League:
    """A league of new users, each with a team called like "Anna's team"; the first is the owner."""
    owner, *others = create_users(*user_names)
    team = create_league(owner.pk, competition.pk, name, f"{owner.username}'s team")
    league = team.membership.league
    for user in others:
        join_league(user.pk, league, f"{user.username}'s team")
    return league


def team_of(user_name: str) -> FantasyTeam:
    return FantasyTeam.objects.get(membership__user__username=user_name)


def players_named(*names: str) -> list[Player]:
    """Players in the order of their names, with their teams."""
    found = {player.name: player for player in Player.objects.select_related("team")}
    return [found[name] for name in names]


def legal_selection(captain: str = "T01 FW 17") -> Selection[Any]:
    """A 4-4-2 of team T01 with three of its other players and a goalkeeper on the bench."""
    starters = players_named(
        "T01 GK 1",
        *(f"T01 DF {number}" for number in (3, 4, 5, 6)),
        *(f"T01 MF {number}" for number in (10, 11, 12, 13)),
        *(f"T01 FW {number}" for number in (17, 18)),
    )
    bench = players_named("T01 GK 2", "T01 DF 7", "T01 MF 14", "T01 FW 19")
    return Selection(starters=starters, bench=bench, captain=players_named(captain)[0])


def create_lineup(team: FantasyTeam, round_: Round, selection: Selection[Any]) -> Lineup:
    """Puts a line-up into the database, whether the round is open or not."""
    assert selection.captain is not None
    lineup = Lineup.objects.create(
        team=team, round=round_, captain=selection.captain, saved_at=timezone.now()
    )
    LineupPlace.objects.bulk_create(
        LineupPlace(lineup=lineup, place=place, player=player)
        for place, player in enumerate([*selection.starters, *selection.bench], start=1)
    )
    return lineup


def form_data(selection: Selection[Any], round_: Round) -> dict[str, str]:
    """What a browser sends when this selection is typed into the line-up editor."""
    players = [*selection.starters, *selection.bench]
    data = {f"place_{place}": player.label for place, player in enumerate(players, start=1)}
    captain = _index(players, selection.captain)
    return {**data, "captain": captain, "round": str(round_.number)}


def _index(players: Iterable[Player], wanted: Player | None) -> str:
    return next((str(n) for n, player in enumerate(players, start=1) if player == wanted), "")


def _create_team(competition: Competition, code: str) -> None:
    team = Team.objects.create(competition=competition, name=f"Team {code}", code=code)
    Player.objects.bulk_create(
        Player(
            team=team,
            name=(name := f"{code} {position.value} {number}"),
            plain_name=name,
            position=position,
            number=number,
        )
        for number, position in enumerate(SQUAD, start=1)
    )


def _create_matches(round_: Round) -> None:
    teams = list(round_.competition.teams.order_by("code"))
    for index in range(0, len(teams) - 1, 2):
        Match.objects.create(
            round=round_,
            number=round_.number * 100 + index // 2,
            home=teams[index],
            away=teams[index + 1],
            kickoff_at=round_.deadline + timedelta(minutes=30),
        )
