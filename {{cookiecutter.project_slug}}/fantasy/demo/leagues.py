"""Invented leagues of twelve teams, each with a line-up for the live round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import reset_queries, transaction
from django.utils import timezone

from fantasy.demo.names import nickname
from fantasy.lineups import BENCH_GOALKEEPERS
from fantasy.models import (
    BENCH,
    STARTERS,
    Competition,
    FantasyTeam,
    League,
    Lineup,
    LineupPlace,
    Membership,
    Player,
    Position,
    Round,
)
from fantasy.models.league import new_invite_code

TEAMS_PER_LEAGUE = 12
NEW_USERS_PER_LEAGUE = 4  # the other members play in the leagues before: people play in several
BATCH = 50  # leagues in a transaction

FORMATIONS = [(4, 4, 2), (4, 3, 3), (3, 5, 2), (3, 4, 3), (5, 3, 2), (4, 5, 1), (5, 4, 1)]


def create_leagues(competition: Competition, round_: Round, number: int) -> Iterator[int]:
    """Makes sure that leagues 1 to `number` exist, fifty in a transaction.

    Yields how many of them exist after each transaction. Leagues that are there stay untouched.
    """
    pool = PlayerPool(Player.objects.of(competition).order_by("pk"))
    for start in range(0, number, BATCH):
        indexes = range(start, min(start + BATCH, number))
        _create_batch(competition, round_, indexes, pool)
        reset_queries()  # with DEBUG on Django keeps every statement
        yield indexes.stop


class PlayerPool:
    """The players of a competition by position, to draw line-ups from."""

    def __init__(self, players: Iterable[Player]) -> None:
        self.by_position: dict[str, list[int]] = {position: [] for position in Position}
        for player in players:
            self.by_position[player.position].append(player.pk)

    def draw(self, random: Random) -> list[int]:
        """The keys of fifteen players who make a legal line-up, in the order of their places."""
        defenders, midfielders, forwards = random.choice(FORMATIONS)
        starters, bench = [], []
        for position, starting, sitting in [
            (Position.GOALKEEPER, 1, BENCH_GOALKEEPERS),
            (Position.DEFENDER, defenders, 1),
            (Position.MIDFIELDER, midfielders, 1),
            (Position.FORWARD, forwards, BENCH - BENCH_GOALKEEPERS - 2),
        ]:
            drawn = random.sample(self.by_position[position], starting + sitting)
            starters += drawn[:starting]
            bench += drawn[starting:]
        return starters + bench


def league_name(index: int) -> str:
    return f"{nickname(Random(f'league:{index}'))} League {index + 1}"


@transaction.atomic
def _create_batch(
    competition: Competition, round_: Round, indexes: range, pool: PlayerPool
) -> None:
    names = {league_name(index): index for index in indexes}
    for name in League.objects.of(competition).named(names).values_list("name", flat=True):
        del names[name]
    if names:
        _create_rows(competition, names, _users(indexes))
        _create_lineups(competition, round_, names, pool)


def _users(indexes: range) -> dict[int, int]:
    """The keys of the users of these leagues by their numbers; missing users are created."""
    User = get_user_model()  # noqa: N806
    last = (indexes.stop - 1) * NEW_USERS_PER_LEAGUE + TEAMS_PER_LEAGUE
    numbers = {f"manager-{n}": n for n in range(indexes.start * NEW_USERS_PER_LEAGUE, last)}
    users = User.objects.filter(username__in=numbers)
    missing = numbers.keys() - users.values_list("username", flat=True)
    User.objects.bulk_create(
        User(username=name, password=make_password(None))
        for name in sorted(missing, key=numbers.__getitem__)
    )
    return {numbers[name]: pk for name, pk in users.values_list("username", "pk")}


def _create_rows(competition: Competition, names: dict[str, int], users: dict[int, int]) -> None:
    League.objects.bulk_create(
        League(
            competition=competition,
            name=name,
            owner_id=users[index * NEW_USERS_PER_LEAGUE],
            invite_code=new_invite_code(),
        )
        for name, index in names.items()
    )
    leagues = League.objects.of(competition).named(names)
    Membership.objects.bulk_create(
        Membership(league=league, user_id=users[names[league.name] * NEW_USERS_PER_LEAGUE + n])
        for league in leagues
        for n in range(TEAMS_PER_LEAGUE)
    )
    memberships = Membership.objects.filter(league__in=leagues).order_by("league", "pk")
    randoms = {league.pk: Random(f"teams:{names[league.name]}") for league in leagues}
    FantasyTeam.objects.bulk_create(
        FantasyTeam(membership=membership, name=nickname(randoms[membership.league_id]))
        for membership in memberships
    )


def _create_lineups(
    competition: Competition, round_: Round, names: dict[str, int], pool: PlayerPool
) -> None:
    randoms = {name: Random(f"{competition.slug}:{index}") for name, index in names.items()}
    teams = FantasyTeam.objects.filter(
        membership__league__competition=competition, membership__league__name__in=names
    ).order_by("pk")
    drawn = {
        team_id: pool.draw(randoms[name])
        for team_id, name in teams.values_list("pk", "membership__league__name")
    }
    Lineup.objects.bulk_create(
        Lineup(
            team_id=team_id,
            round=round_,
            captain_id=players[STARTERS - 1],  # a forward
            saved_at=timezone.now(),
        )
        for team_id, players in drawn.items()
    )
    lineups = Lineup.objects.for_round(round_).filter(team__in=drawn)
    LineupPlace.objects.bulk_create(
        LineupPlace(lineup_id=lineup_id, place=place, player_id=player_id)
        for lineup_id, team_id in lineups.values_list("pk", "team")
        for place, player_id in enumerate(drawn[team_id], start=1)
    )
