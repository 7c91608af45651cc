"""Teams, players, matches, and what happens in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from fantasy.models.competition import Competition, EventKind, Position, Round
from fantasy.names import plain
from kickoff.caching.watched import WatchedModel, WatchedQuerySet

if TYPE_CHECKING:
    from fantasy.entries import MatchReads, PlayerReads

# "Kylian Mbappé · FRA 10": see `Player.label`.
LABEL = re.compile(r"^.+ · (?P<code>\w{1,3}) (?P<number>\d{1,4})$")


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

    def matching(self, text: str = "", position: str = "", team: str = "") -> PlayerQuerySet:
        """Those whose name contains the text, in that position, of the team with that code."""
        players = self
        if text:
            players = players.filter(plain_name__icontains=plain(text))
        if position:
            players = players.filter(position=position)
        if team:
            players = players.filter(team__code=team)
        return players

    def typed_as(self, texts: Iterable[str]) -> PlayerQuerySet:
        """All who are meant by one of the texts: labels as in `Player.label`, or whole names."""
        meant = Q(pk=None)
        for text in filter(None, texts):
            label = LABEL.match(text)
            if label:
                meant |= Q(team__code=label["code"].upper(), number=label["number"])
            else:
                meant |= Q(plain_name__iexact=plain(text))
        return self.select_related("team").filter(meant)

    def with_totals(self) -> PlayerQuerySet:
        """Adds `total_points`, over all rounds, and the team."""
        return self.select_related("team").annotate(total_points=Coalesce(Sum("points__points"), 0))

    def best_first(self) -> PlayerQuerySet:
        return self.with_totals().order_by(F("total_points").desc(), "name", "pk")

    def in_teams(self, team_ids: Iterable[int]) -> PlayerQuerySet:
        """The squads of these teams, by shirt number."""
        return self.filter(team__in=team_ids).order_by("team", "number")

    def in_squad_order(self) -> PlayerQuerySet:
        return self.select_related("team").order_by("team__name", "number")

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
        """The name by which a line-up form knows the player: no two players share one."""
        return f"{self.name} · {self.team.code} {self.number}"

    def is_typed_as(self, text: str) -> bool:
        """Whether the text is the label or, accents and case aside, the name."""
        as_label = text.casefold() == self.label.casefold()
        return as_label or plain(text).casefold() == self.plain_name.casefold()


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

    def of_round(self, round_id: int) -> PlayerPointsQuerySet:
        return self.filter(round=round_id).order_by("player")


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
