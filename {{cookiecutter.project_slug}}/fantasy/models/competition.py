"""A competition, its rounds, and what each kind of event is worth in it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from fantasy.entries import CompetitionReads


class Position(models.TextChoices):
    """Where a player plays, in the order of a team sheet."""

    GOALKEEPER = "GK", "Goalkeeper"
    DEFENDER = "DF", "Defender"
    MIDFIELDER = "MF", "Midfielder"
    FORWARD = "FW", "Forward"


class EventKind(models.TextChoices):
    """What can happen in a match."""

    GOAL = "goal", "Goal"
    PENALTY_GOAL = "penalty_goal", "Goal from a penalty"
    OWN_GOAL = "own_goal", "Own goal"
    ASSIST = "assist", "Assist"
    PENALTY_MISSED = "penalty_missed", "Penalty missed"
    PENALTY_SAVED = "penalty_saved", "Penalty saved"
    YELLOW_CARD = "yellow_card", "Yellow card"
    RED_CARD = "red_card", "Red card"
    CLEAN_SHEET = "clean_sheet", "Clean sheet"

    @property
    def is_goal(self) -> bool:
        """Whether the score changes with it."""
        return self in GOAL_KINDS


GOAL_KINDS = (EventKind.GOAL, EventKind.PENALTY_GOAL, EventKind.OWN_GOAL)


class CompetitionQuerySet(WatchedQuerySet["Competition"]):
    def latest_first(self) -> CompetitionQuerySet:
        """The current one first."""
        return self.order_by("-starts_on", "-pk")

    def current(self) -> Competition | None:
        """The competition that pages show when none is named: the one that began last."""
        return self.latest_first().first()

    def named(self, slug: str | None) -> Competition | None:
        """The competition with that slug, or the current one when there is no slug."""
        return self.filter(slug=slug).first() if slug else self.current()


class Competition(WatchedModel):
    """A tournament or a season."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=50, unique=True)
    starts_on = models.DateField(db_index=True)

    objects = CompetitionQuerySet.as_manager()
    cached: ClassVar[CompetitionReads]

    class Meta(WatchedModel.Meta):
        ordering = ["-starts_on", "-pk"]

    def __str__(self) -> str:
        return self.name


class RoundQuerySet(WatchedQuerySet["Round"]):
    def of(self, competition_id: int) -> RoundQuerySet:
        return self.filter(competition=competition_id)

    def unfinished(self) -> RoundQuerySet:
        """Those with a match that is still to be played to its end, the first one first."""
        return self.filter(matches__status__in=["scheduled", "live"]).distinct().order_by("number")

    def from_number(self, number: int) -> RoundQuerySet:
        return self.filter(number__gte=number)

    def numbered(self, number: int) -> Round | None:
        return self.filter(number=number).first()

    def open(self) -> RoundQuerySet:
        """Those whose line-ups can still be changed."""
        return self.filter(deadline__gt=timezone.now()).order_by("deadline", "number")

    def locked(self) -> RoundQuerySet:
        """Those whose deadline has passed, the latest first."""
        return self.filter(deadline__lte=timezone.now()).order_by("-deadline", "-number")


class Round(WatchedModel):
    """A match day: one line-up per team counts in it, fixed at the deadline."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=50)
    deadline = models.DateTimeField(help_text="Line-ups can be changed until then.")

    objects = RoundQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        ordering = ["competition", "number"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "number"], name="round_number_unique"),
            models.UniqueConstraint(fields=["competition", "name"], name="round_name_unique"),
        ]
        indexes = [models.Index(fields=["competition", "deadline"], name="round_by_deadline")]

    def __str__(self) -> str:
        return self.name

    def is_open_at(self, moment: datetime) -> bool:
        """Whether line-ups can be changed at that moment (an aware date and time)."""
        return moment < self.deadline


class ScoringRule(models.Model):
    """How many points a player of one position gets for one kind of event."""

    competition = models.ForeignKey(
        Competition, on_delete=models.CASCADE, related_name="scoring_rules"
    )
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    position = models.CharField(max_length=2, choices=Position.choices)
    points = models.SmallIntegerField()

    class Meta:
        ordering = ["competition", "kind", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "kind", "position"], name="scoring_rule_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="scoring_rule_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(position__in=Position.values), name="scoring_rule_position_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_position_display()}: {self.points}"
