"""The game's data in the admin: lists that make no query per row."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fantasy.models import (
    Competition,
    FantasyTeam,
    League,
    Match,
    MatchEvent,
    Membership,
    Player,
    Round,
    ScoringRule,
    Team,
)
from fantasy.scoring import update_points


@admin.register(Competition)
class CompetitionAdmin(admin.ModelAdmin):
    list_display = ["name", "starts_on"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Round)
class RoundAdmin(admin.ModelAdmin):
    list_display = ["name", "competition", "number", "deadline"]
    list_filter = ["competition"]
    list_select_related = ["competition"]


@admin.register(ScoringRule)
class ScoringRuleAdmin(admin.ModelAdmin):
    """A changed rule changes the points of all rounds."""

    list_display = ["kind", "position", "points", "competition"]
    list_editable = ["points"]
    list_filter = ["competition", "position"]
    list_select_related = ["competition"]

    def save_model(self, request: HttpRequest, obj: ScoringRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        update_points_of(obj.competition.rounds.all())

    def delete_model(self, request: HttpRequest, obj: ScoringRule) -> None:
        super().delete_model(request, obj)
        update_points_of(obj.competition.rounds.all())


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "group", "competition"]
    list_filter = ["competition"]
    list_select_related = ["competition"]
    search_fields = ["name"]


@admin.register(Player)
class PlayerAdmin(admin.ModelAdmin):
    list_display = ["name", "team", "position", "number"]
    list_filter = ["position", "team__competition"]
    list_select_related = ["team"]
    search_fields = ["name", "plain_name"]
    autocomplete_fields = ["team"]


@admin.register(Match)
class MatchAdmin(admin.ModelAdmin):
    list_display = ["__str__", "round", "kickoff_at", "status", "home_goals", "away_goals"]
    list_filter = ["status", "round__competition"]
    list_select_related = ["home", "away", "round"]
    search_fields = ["home__name", "away__name"]
    autocomplete_fields = ["home", "away"]
    date_hierarchy = "kickoff_at"


@admin.register(MatchEvent)
class MatchEventAdmin(admin.ModelAdmin):
    """Points follow what is changed here. The score does not: it stands at the match."""

    list_display = ["clock", "kind", "player", "team", "match"]
    list_filter = ["kind", "match__round__competition"]
    list_select_related = ["player", "team", "match__home", "match__away"]
    autocomplete_fields = ["match", "player", "team"]

    def save_model(self, request: HttpRequest, obj: MatchEvent, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        update_points(obj.match.round)

    def delete_model(self, request: HttpRequest, obj: MatchEvent) -> None:
        super().delete_model(request, obj)
        update_points(obj.match.round)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[MatchEvent]) -> None:
        rounds = list(Round.objects.filter(matches__events__in=queryset).distinct())
        super().delete_queryset(request, queryset)
        update_points_of(rounds)


@admin.register(League)
class LeagueAdmin(admin.ModelAdmin):
    list_display = ["name", "competition", "owner", "created_at"]
    list_select_related = ["competition", "owner"]
    raw_id_fields = ["owner"]
    search_fields = ["name"]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ["user", "league", "joined_at"]
    list_select_related = ["user", "league"]
    raw_id_fields = ["user", "league"]


@admin.register(FantasyTeam)
class FantasyTeamAdmin(admin.ModelAdmin):
    list_display = ["name", "membership"]
    list_select_related = ["membership__user", "membership__league"]
    raw_id_fields = ["membership"]
    search_fields = ["name"]


def update_points_of(rounds: Iterable[Round]) -> None:
    for round_ in rounds:
        update_points(round_)
