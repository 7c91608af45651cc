"""A player: points by round, and what they were given for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries import PlayerReads
from fantasy.models import Player
from fantasy.views import public
from fantasy.views.found import found
from lab.twins.examples import a_player
from lab.twins.page import Page


def naive(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, get_object_or_404(Player, pk=pk))


def joined(request: HttpRequest, pk: int) -> HttpResponse:
    players = Player.objects.select_related("team").prefetch_related(
        "points__round", "events__match__home", "events__match__away", "events__match__round"
    )
    return show(request, get_object_or_404(players, pk=pk))


def page_object(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "fantasy/player.html", {"player": found(Player.cached.page(pk))})


def show(request: HttpRequest, player: Player) -> HttpResponse:
    latest_first = sorted(
        player.events.all(),
        key=lambda event: (event.match.kickoff_at, event.sequence),
        reverse=True,
    )
    total = sum(earned.points for earned in player.points.all())
    context = {"player": player, "events": latest_first, "total_points": total}
    return render(request, "lab/naive/player.html", context)


PLAYER = Page(
    name="player",
    title="Player",
    route="fantasy:player",
    example=a_player,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.player,
    builder=PlayerReads.page.build,
    shared=(show,),
    naive_templates=("lab/naive/player.html",),
    templates=("fantasy/player.html",),
)
