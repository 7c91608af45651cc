"""Leagues, their members, and the fantasy teams and line-ups that compete in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, FilteredRelation, IntegerField, OuterRef, Q, Subquery

from fantasy.models.competition import Competition, Round
from fantasy.models.squad import Player
from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from fantasy.entries import FantasyTeamReads, LeagueReads

STARTERS = 11
BENCH = 4
SQUAD_SIZE = STARTERS + BENCH
MAX_TEAMS = 20  # in one league: its page stays one page

# Letters and digits that nobody mixes up when a code is read out.
CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_invite_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


class LeagueQuerySet(WatchedQuerySet["League"]):
    def of(self, competition: Competition) -> LeagueQuerySet:
        return self.filter(competition=competition)

    def named(self, names: Iterable[str]) -> LeagueQuerySet:
        return self.filter(name__in=names)

    def with_code(self, code: str) -> League | None:
        return self.filter(invite_code=code).first()

    def with_owner(self) -> LeagueQuerySet:
        return self.select_related("competition", "owner")

    def with_team_count(self) -> LeagueQuerySet:
        """Adds `team_count` and the owner; in the order of a list.

        Counted row by row, so that a page counts for its own leagues only.
        """
        counted = Membership.objects.filter(league=OuterRef("pk")).order_by().values("league")
        members = counted.annotate(number=models.Count("pk")).values("number")
        return (
            self.with_owner()
            .annotate(team_count=Subquery(members, output_field=IntegerField()))
            .order_by("name", "pk")
        )


class League(WatchedModel):
    """A group of people who compete with each other in one competition."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="leagues")
    name = models.CharField(max_length=60, validators=[MinLengthValidator(3)])
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_leagues"
    )
    invite_code = models.CharField(
        max_length=8, unique=True, default=new_invite_code, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LeagueQuerySet.as_manager()
    cached: ClassVar[LeagueReads]

    class Meta(WatchedModel.Meta):
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "name"], name="league_name_unique"),
        ]
        indexes = [models.Index(fields=["name"], name="league_by_name")]

    def __str__(self) -> str:
        return self.name


class Membership(WatchedModel):
    """A user's place in a league."""

    league = models.ForeignKey(League, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = WatchedQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        ordering = ["league", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["league", "user"], name="membership_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.league}"


class FantasyTeamQuerySet(WatchedQuerySet["FantasyTeam"]):
    def with_league(self) -> FantasyTeamQuerySet:
        return self.select_related("membership__user", "membership__league__competition")

    def of_user(self, user_id: int) -> FantasyTeamQuerySet:
        return self.with_league().filter(membership__user=user_id).order_by("name", "pk")

    def with_round(self, round_id: int) -> FantasyTeamQuerySet:
        """Adds `deadline`, until when line-ups for the round can be changed, and `lineup_id`, which
        of them is the team's, if any."""
        return self.annotate(
            deadline=Subquery(Round.objects.filter(pk=round_id).order_by().values("deadline")),
            of_round=FilteredRelation("lineups", condition=Q(lineups__round=round_id)),
            lineup_id=F("of_round__pk"),
        )

    def among(self, team_ids: Iterable[int]) -> FantasyTeamQuerySet:
        return self.filter(pk__in=team_ids)

    def without_lineup(self, round_: Round) -> FantasyTeamQuerySet:
        """Those of the round's competition that have none for it."""
        return (
            self.filter(membership__league__competition=round_.competition_id)
            .exclude(lineups__round=round_)
            .order_by("pk")
        )

    def in_league(self, league_id: int) -> FantasyTeamQuerySet:
        """The teams of a league with their managers, in the order in which they joined."""
        return (
            self.select_related("membership__user")
            .filter(membership__league=league_id)
            .order_by("membership__pk")
        )


class FantasyTeam(WatchedModel):
    """What a member of a league plays with."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="team")
    name = models.CharField(max_length=60, validators=[MinLengthValidator(3)])

    objects = FantasyTeamQuerySet.as_manager()
    cached: ClassVar[FantasyTeamReads]

    class Meta(WatchedModel.Meta):
        ordering = ["membership__league", "name"]

    def __str__(self) -> str:
        return self.name


class LineupQuerySet(WatchedQuerySet["Lineup"]):
    def for_round(self, round_: Round) -> LineupQuerySet:
        return self.filter(round=round_)

    def latest_before(self, round_: Round, teams: FantasyTeamQuerySet) -> LineupQuerySet:
        """Of each of the teams its latest line-up for an earlier round."""
        latest = (
            Lineup.objects.filter(team=OuterRef("team"), round__number__lt=round_.number)
            .order_by("-round__number")
            .values("pk")[:1]
        )
        return self.filter(team__in=list(teams), pk=Subquery(latest))


class Lineup(WatchedModel):
    """The players that a fantasy team sends into a round."""

    team = models.ForeignKey(FantasyTeam, on_delete=models.CASCADE, related_name="lineups")
    round = models.ForeignKey(Round, on_delete=models.RESTRICT, related_name="lineups")
    captain = models.ForeignKey(
        Player,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text="A starter whose points count twice.",
    )
    saved_at = models.DateTimeField()

    objects = LineupQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        ordering = ["team", "round"]
        constraints = [
            models.UniqueConstraint(fields=["team", "round"], name="lineup_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.round}"


class LineupPlaceQuerySet(WatchedQuerySet["LineupPlace"]):
    def of_league(self, league_id: int) -> LineupPlaceQuerySet:
        """The places of all line-ups of a league, line-up by line-up."""
        return self.filter(lineup__team__membership__league=league_id).by_lineup()

    def of_team(self, team_id: int) -> LineupPlaceQuerySet:
        """The places of all line-ups of a fantasy team, line-up by line-up."""
        return self.filter(lineup__team=team_id).by_lineup()

    def by_lineup(self) -> LineupPlaceQuerySet:
        # By their keys: a join only for the order costs MariaDB a second with 2,000 leagues.
        return self.order_by("lineup__team", "lineup", "place")


class LineupPlace(WatchedModel):
    """A player's place in a line-up: 1 to 11 start, 12 to 15 sit on the bench."""

    lineup = models.ForeignKey(Lineup, on_delete=models.CASCADE, related_name="places")
    place = models.PositiveSmallIntegerField()
    player = models.ForeignKey(Player, on_delete=models.RESTRICT, related_name="lineup_places")

    objects = LineupPlaceQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        ordering = ["lineup", "place"]
        constraints = [
            models.UniqueConstraint(fields=["lineup", "place"], name="lineup_place_unique"),
            models.UniqueConstraint(fields=["lineup", "player"], name="lineup_player_unique"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=SQUAD_SIZE), name="lineup_place_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}. {self.player}"

    @property
    def is_starter(self) -> bool:
        return self.place <= STARTERS
