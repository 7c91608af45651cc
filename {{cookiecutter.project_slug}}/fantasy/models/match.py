"""Matches, what happens in them, and what players earn by it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from fantasy.models.competition import GOAL_KINDS, Competition, EventKind, Round
from fantasy.models.squad import Player, Team
from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from fantasy.entries import MatchReads


class MatchQuerySet(WatchedQuerySet["Match"]):
    def of(self, competition: Competition | int) -> MatchQuerySet:
        return self.filter(round__competition=competition)

    def with_teams(self) -> MatchQuerySet:
        return self.select_related("home", "away")

    def live(self) -> MatchQuerySet:
        return self.filter(status=Match.Status.LIVE).order_by("kickoff_at", "pk")

    def begun(self) -> MatchQuerySet:
        """Live and finished ones."""
        return self.exclude(status=Match.Status.SCHEDULED)

    def results(self) -> MatchQuerySet:
        """Finished matches, the latest first."""
        return self.filter(status=Match.Status.FINISHED).order_by("-kickoff_at", "-pk")

    def fixtures(self) -> MatchQuerySet:
        """Matches to come, the next first."""
        return self.filter(status=Match.Status.SCHEDULED).order_by("kickoff_at", "pk")


class Match(WatchedModel):
    """A match of a round, and its score while and after it is played."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        LIVE = "live", "Live"
        FINISHED = "finished", "Finished"

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="matches")
    number = models.PositiveSmallIntegerField(help_text="Its place in the competition's schedule.")
    stage = models.CharField(max_length=30, blank=True, help_text="Group A, Quarter-final …")
    home = models.ForeignKey(Team, on_delete=models.RESTRICT, related_name="home_matches")
    away = models.ForeignKey(Team, on_delete=models.RESTRICT, related_name="away_matches")
    kickoff_at = models.DateTimeField()
    ground = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    minute = models.PositiveSmallIntegerField(default=0, help_text="Of play, while it is live.")
    home_goals = models.PositiveSmallIntegerField(default=0)
    away_goals = models.PositiveSmallIntegerField(default=0)
    extra_time = models.BooleanField(default=False)
    home_penalties = models.PositiveSmallIntegerField(null=True, blank=True)
    away_penalties = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = MatchQuerySet.as_manager()
    cached: ClassVar[MatchReads]

    class Meta(WatchedModel.Meta):
        verbose_name_plural = "matches"
        ordering = ["kickoff_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="match_number_unique"),
            models.CheckConstraint(condition=~Q(home=F("away")), name="match_teams_differ"),
            models.CheckConstraint(
                condition=Q(status__in=["scheduled", "live", "finished"]),
                name="match_status_known",
            ),
            models.CheckConstraint(
                condition=Q(home_penalties__isnull=True, away_penalties__isnull=True)
                | Q(home_penalties__isnull=False, away_penalties__isnull=False),
                name="match_shootout_complete",
            ),
        ]
        indexes = [
            models.Index(fields=["round", "status", "kickoff_at"], name="match_by_round_status"),
        ]

    def __str__(self) -> str:
        return f"{self.home.name} – {self.away.name}"

    @property
    def is_live(self) -> bool:
        return self.status == self.Status.LIVE

    @property
    def is_finished(self) -> bool:
        return self.status == self.Status.FINISHED

    @property
    def is_scheduled(self) -> bool:
        return self.status == self.Status.SCHEDULED


class MatchEventQuerySet(WatchedQuerySet["MatchEvent"]):
    def of_player(self, player_id: int) -> MatchEventQuerySet:
        return self.filter(player=player_id).order_by("match", "sequence")

    def of_match(self, match_id: int) -> MatchEventQuerySet:
        """In the order in which they happened."""
        return self.filter(match=match_id).order_by("sequence")

    def goals_in(self, match_ids: Iterable[int]) -> MatchEventQuerySet:
        """By match, in the order in which they fell."""
        goals = self.filter(match__in=match_ids, kind__in=GOAL_KINDS)
        return goals.order_by("match", "sequence")


class MatchEvent(WatchedModel):
    """Something that a player did in a match."""

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveSmallIntegerField(help_text="The order of events within the match.")
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    player = models.ForeignKey(Player, on_delete=models.RESTRICT, related_name="events")
    team = models.ForeignKey(
        Team,
        on_delete=models.RESTRICT,
        related_name="events",
        help_text="The side that it counts for: with an own goal, the other side.",
    )
    minute = models.PositiveSmallIntegerField()
    stoppage = models.PositiveSmallIntegerField(default=0, help_text="The 4 of 90+4.")

    objects = MatchEventQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        ordering = ["match", "sequence"]
        constraints = [
            # Whoever records the same event twice is stopped here.
            models.UniqueConstraint(fields=["match", "sequence"], name="match_event_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="match_event_kind_known"
            ),
            models.CheckConstraint(condition=Q(minute__lte=120), name="match_event_minute"),
        ]
        indexes = [models.Index(fields=["player", "kind"], name="match_event_by_player")]

    def __str__(self) -> str:
        return f"{self.clock} {self.get_kind_display()}"

    @property
    def clock(self) -> str:
        """The minute as it is written: 7′, 90+4′."""
        return f"{self.minute}+{self.stoppage}′" if self.stoppage else f"{self.minute}′"


class PlayerPointsQuerySet(WatchedQuerySet["PlayerPoints"]):
    def of_player(self, player_id: int) -> PlayerPointsQuerySet:
        return self.filter(player=player_id).order_by("round")

    def of_competition(self, competition_id: int) -> PlayerPointsQuerySet:
        return self.filter(round__competition=competition_id).order_by("round", "player")


class PlayerPoints(WatchedModel):
    """What a player has earned in a round so far. A player without events has no row."""

    player = models.ForeignKey(Player, on_delete=models.CASCADE, related_name="points")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="player_points")
    points = models.SmallIntegerField(default=0)

    objects = PlayerPointsQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        verbose_name_plural = "player points"
        ordering = ["round", "-points"]
        constraints = [
            models.UniqueConstraint(fields=["player", "round"], name="player_points_unique"),
        ]
        indexes = [models.Index(fields=["round", "points"], name="player_points_by_round")]

    def __str__(self) -> str:
        return f"{self.points} points"
