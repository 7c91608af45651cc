"""Who scored most."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries.competition import SCORERS_SHOWN, CompetitionReads
from fantasy.models import Competition, EventKind, Player
from fantasy.models.squad import PlayerQuerySet
from fantasy.views import public
from fantasy.views.found import found
from lab.twins.examples import current_competition
from lab.twins.page import Page


def naive(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, slug, Player.objects.all())


def joined(request: HttpRequest, slug: str) -> HttpResponse:
    players = Player.objects.select_related("team").prefetch_related("events")
    return show(request, slug, players)


def page_object(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.scorers(competition.pk))
    return render(request, "fantasy/top_scorers.html", msgspec.structs.asdict(page))


def show(request: HttpRequest, slug: str, players: PlayerQuerySet) -> HttpResponse:
    competition = get_object_or_404(Competition, slug=slug)
    by_name = list(players.of(competition).order_by("name", "pk"))
    for player in by_name:
        count_goals(player)  # also of those who have none
    scorers = [player for player in by_name if player.goals]  # type: ignore[attr-defined]
    scorers.sort(key=lambda p: (-p.goals, p.penalties))  # type: ignore[attr-defined]
    context = {"competition": competition, "scorers": scorers[:SCORERS_SHOWN]}
    return render(request, "fantasy/top_scorers.html", context)


def count_goals(player: Player) -> None:
    kinds = [event.kind for event in player.events.all()]
    penalties = kinds.count(EventKind.PENALTY_GOAL)
    player.penalties = penalties  # type: ignore[attr-defined]
    player.goals = kinds.count(EventKind.GOAL) + penalties  # type: ignore[attr-defined]


TOP_SCORERS = Page(
    name="top-scorers",
    title="Top scorers",
    route="fantasy:competition_top_scorers",
    example=current_competition,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.top_scorers,
    builder=CompetitionReads.scorers.build,
    shared=(show, count_goals),
    naive_templates=("fantasy/top_scorers.html",),
    templates=("fantasy/top_scorers.html",),
)
