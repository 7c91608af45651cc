"""A league: the table with the line-ups, and the table round by round."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries import LeagueReads
from fantasy.models import FantasyTeam, League
from fantasy.models.league import FantasyTeamQuerySet
from fantasy.views import public
from fantasy.views.found import found
from lab.twins import lineups
from lab.twins.examples import a_league
from lab.twins.lineups import league_table
from lab.twins.page import Page


def teams_of(pk: int) -> FantasyTeamQuerySet:
    return FantasyTeam.objects.filter(membership__league=pk).order_by("membership_id")


def teams_with_lineups(pk: int) -> FantasyTeamQuerySet:
    """The same teams, with all that the pages of their league show."""
    return (
        teams_of(pk)
        .select_related("membership__user")
        .prefetch_related(
            "lineups__round",
            "lineups__captain",
            "lineups__places__player__team",
            "lineups__places__player__points",
        )
    )


# -- The league ------------------------------------------------------------------------------------


def naive(request: HttpRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(League, pk=pk)
    table = league_table(teams_of(pk))
    return render(request, "lab/naive/league.html", {"league": league, "table": table})


def joined(request: HttpRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(League.objects.select_related("competition", "owner"), pk=pk)
    table = league_table(teams_with_lineups(pk))
    return render(request, "lab/naive/league.html", {"league": league, "table": table})


def page_object(request: HttpRequest, pk: int) -> HttpResponse:
    page = found(League.cached.page(pk))
    return render(request, "fantasy/league.html", msgspec.structs.asdict(page))


# -- The standings ---------------------------------------------------------------------------------


def naive_standings(request: HttpRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(League, pk=pk)
    table = league_table(teams_of(pk))
    return render(request, "lab/naive/standings.html", {"league": league, "table": table})


def joined_standings(request: HttpRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(League.objects.select_related("competition", "owner"), pk=pk)
    table = league_table(teams_with_lineups(pk))
    return render(request, "lab/naive/standings.html", {"league": league, "table": table})


def standings_object(request: HttpRequest, pk: int) -> HttpResponse:
    page = found(League.cached.standings(pk))
    return render(request, "fantasy/standings.html", msgspec.structs.asdict(page))


LEAGUE = Page(
    name="league",
    title="League",
    route="fantasy:league",
    example=a_league,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.league,
    joined_with=(teams_with_lineups,),
    builder=LeagueReads.page.build,
    shared=(teams_of, *lineups.SHARED),
    naive_templates=("lab/naive/league.html",),
    templates=("fantasy/league.html", "fantasy/_squad_place.html"),
)
STANDINGS = Page(
    name="standings",
    title="League, round by round",
    route="fantasy:standings",
    example=a_league,
    naive=naive_standings,
    joined=joined_standings,
    page_object=standings_object,
    shipped=public.standings,
    joined_with=(teams_with_lineups,),
    builder=LeagueReads.standings.build,
    shared=(teams_of, *lineups.SHARED),
    naive_templates=("lab/naive/standings.html",),
    templates=("fantasy/standings.html",),
)
