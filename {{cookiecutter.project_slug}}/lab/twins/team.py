"""A fantasy team and the line-ups that it has played with."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries import FantasyTeamReads
from fantasy.models import FantasyTeam
from fantasy.views import public
from fantasy.views.found import found
from lab.twins.examples import a_team
from lab.twins.lineups import places_of, played_rounds, points_of
from lab.twins.page import Page


def naive(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, get_object_or_404(FantasyTeam, pk=pk))


def joined(request: HttpRequest, pk: int) -> HttpResponse:
    teams = FantasyTeam.objects.select_related(
        "membership__user", "membership__league__competition"
    ).prefetch_related(
        "lineups__round",
        "lineups__captain",
        "lineups__places__player__team",
        "lineups__places__player__points",
    )
    return show(request, get_object_or_404(teams, pk=pk))


def page_object(request: HttpRequest, pk: int) -> HttpResponse:
    page = found(FantasyTeam.cached.page(pk))
    return render(request, "fantasy/team.html", msgspec.structs.asdict(page))


def show(request: HttpRequest, team: FantasyTeam) -> HttpResponse:
    by_round = {lineup.round: lineup for lineup in team.lineups.all()}
    latest_first = [by_round[round_] for round_ in reversed(played_rounds(by_round))]
    for lineup in latest_first:
        lineup.squad = places_of(lineup)  # type: ignore[attr-defined]
        lineup.points = points_of(lineup, lineup.squad)  # type: ignore[attr-defined]
    return render(request, "lab/naive/team.html", {"team": team, "lineups": latest_first})


TEAM = Page(
    name="team",
    title="Fantasy team",
    route="fantasy:team",
    example=a_team,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.team,
    builder=FantasyTeamReads.page.build,
    shared=(show, played_rounds, places_of, points_of),
    naive_templates=("lab/naive/team.html", "lab/naive/_pitch_player.html"),
    templates=("fantasy/team.html", "fantasy/_pitch_player.html"),
)
