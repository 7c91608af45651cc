"""All leagues."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fantasy.entries.league import LEAGUES_PER_PAGE, LeagueReads
from fantasy.models import League
from fantasy.models.league import LeagueQuerySet
from fantasy.views import public
from lab.twins.examples import no_arguments
from lab.twins.page import Page


def naive(request: HttpRequest) -> HttpResponse:
    return show(request, League.objects.all())


def joined(request: HttpRequest) -> HttpResponse:
    leagues = League.objects.select_related("competition", "owner")
    return show(request, leagues.prefetch_related("memberships"))


def show(request: HttpRequest, all_leagues: LeagueQuerySet) -> HttpResponse:
    page = Paginator(all_leagues, LEAGUES_PER_PAGE).get_page(request.GET.get("page"))
    leagues = list(page.object_list)
    for league in leagues:
        league.team_count = len(league.memberships.all())  # type: ignore[attr-defined]
    return render(request, "fantasy/leagues.html", {"page": page, "leagues": leagues})


LEAGUES = Page(
    name="leagues",
    title="Leagues",
    route="fantasy:leagues",
    example=no_arguments,
    naive=naive,
    joined=joined,
    page_object=public.leagues,
    not_kept=(
        "Most pages of a long list are hardly ever opened, so this view renders page objects for "
        "each request, as step 3 does. The cache in front keeps what many ask for."
    ),
    shipped=public.leagues,
    builder=LeagueReads.listing.build,
    shared=(show,),
    naive_templates=("fantasy/leagues.html",),
    templates=("fantasy/leagues.html",),
)
