"""Teams and their players."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from fantasy.models.competition import Competition, EventKind, Position
from fantasy.names import plain
from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from fantasy.entries import PlayerReads


def label_of(name: str, code: str, number: int) -> str:
    """The name by which a line-up form knows a player: no two players share one."""
    return f"{name} · {code} {number}"


class TeamQuerySet(WatchedQuerySet["Team"]):
    def of(self, competition: Competition | int) -> TeamQuerySet:
        return self.filter(competition=competition)


class Team(WatchedModel):
    """A national team or a club. (What a user plays with is a `FantasyTeam`.)"""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=60)
    code = models.CharField(max_length=3)
    flag = models.CharField(max_length=16, blank=True)
    group = models.CharField(max_length=10, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta(WatchedModel.Meta):
        ordering = ["competition", "name"]
        constraints = [
            models.UniqueConstraint(fields=["competition", "name"], name="team_name_unique"),
            models.UniqueConstraint(fields=["competition", "code"], name="team_code_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class PlayerQuerySet(WatchedQuerySet["Player"]):
    def of(self, competition: Competition | int) -> PlayerQuerySet:
        return self.filter(team__competition=competition)

    def in_teams(self, team_ids: Iterable[int]) -> PlayerQuerySet:
        """The squads of these teams, by shirt number."""
        return self.filter(team__in=team_ids).order_by("team", "number")

    def top_scorers(self) -> PlayerQuerySet:
        """Those who scored, the best first, with `goals` and `penalties`; own goals aside."""
        scored = Q(events__kind__in=[EventKind.GOAL, EventKind.PENALTY_GOAL])
        return (
            self.select_related("team")
            .annotate(
                goals=models.Count("events", filter=scored),
                penalties=models.Count("events", filter=Q(events__kind=EventKind.PENALTY_GOAL)),
            )
            .filter(goals__gt=0)
            .order_by("-goals", "penalties", "name", "pk")
        )


class Player(WatchedModel):
    """A footballer in the squad of a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="players")
    name = models.CharField(max_length=100)
    plain_name = models.CharField(
        max_length=100, editable=False, help_text="The name without accents, for the search."
    )
    position = models.CharField(max_length=2, choices=Position.choices)
    number = models.PositiveSmallIntegerField()
    born_on = models.DateField(null=True, blank=True)
    club = models.CharField(max_length=100, blank=True)

    objects = PlayerQuerySet.as_manager()
    cached: ClassVar[PlayerReads]

    class Meta(WatchedModel.Meta):
        ordering = ["team", "number"]
        constraints = [
            models.UniqueConstraint(fields=["team", "number"], name="player_number_unique"),
            models.CheckConstraint(
                condition=Q(position__in=Position.values), name="player_position_known"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "position"], name="player_by_team_position"),
            models.Index(fields=["name"], name="player_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.plain_name = plain(self.name)
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """See `label_of`."""
        return label_of(self.name, self.team.code, self.number)
