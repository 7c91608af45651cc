"""All players: the list, and the names that the line-up editor offers."""

from __future__ import annotations

import msgspec
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries import CompetitionReads
from fantasy.forms.players import PlayerFilterForm
from fantasy.models import Competition, Player
from fantasy.pages.squads import as_typed
from fantasy.views import public
from fantasy.views.found import found
from lab.twins.examples import current_competition
from lab.twins.page import Page

# -- The list --------------------------------------------------------------------------------------


def naive(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, get_object_or_404(Competition, slug=slug))


def joined(request: HttpRequest, slug: str) -> HttpResponse:
    competitions = Competition.objects.prefetch_related("teams__players__points")
    return show(request, get_object_or_404(competitions, slug=slug))


def show(request: HttpRequest, competition: Competition) -> HttpResponse:
    teams = competition.teams.all()
    codes = sorted(((team.code, team.name) for team in teams), key=lambda code: code[1])
    form = PlayerFilterForm(request.GET, codes)
    wanted = form.criteria()
    players = [player for team in teams for player in team.players.all() if fits(player, **wanted)]
    for player in players:
        # For every player, also for those on the other pages of the list.
        player.total_points = sum(  # type: ignore[attr-defined]
            earned.points for earned in player.points.all()
        )
    players.sort(key=lambda p: (-p.total_points, p.name, p.pk))  # type: ignore[attr-defined]
    page = Paginator(players, public.PLAYERS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"competition": competition, "form": form, "page": page}
    return render(request, "fantasy/players.html", context)


def fits(player: Player, text: str, position: str, team: str) -> bool:
    return (
        as_typed(text) in player.plain_name.casefold()
        and position in ("", player.position)
        and team in ("", player.team.code)
    )


# -- The names -------------------------------------------------------------------------------------


def naive_options(request: HttpRequest, slug: str) -> HttpResponse:
    return show_options(request, get_object_or_404(Competition, slug=slug))


def joined_options(request: HttpRequest, slug: str) -> HttpResponse:
    competitions = Competition.objects.prefetch_related("teams__players")
    return show_options(request, get_object_or_404(competitions, slug=slug))


def options_object(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.options(competition.pk))
    return render(request, "fantasy/_player_options.html", msgspec.structs.asdict(page))


def show_options(request: HttpRequest, competition: Competition) -> HttpResponse:
    players = [player for team in competition.teams.all() for player in team.players.all()]
    players.sort(key=lambda player: (player.team.name, player.number))
    return render(request, "fantasy/_player_options.html", {"players": players})


PLAYERS = Page(
    name="players",
    title="Players",
    route="fantasy:competition_players",
    example=current_competition,
    naive=naive,
    joined=joined,
    page_object=public.players,
    not_kept=(
        "Nobody could keep the HTML of every search, so this view renders page objects for each "
        "request, as step 3 does. The cache in front keeps what many ask for."
    ),
    shipped=public.players,
    shared=(show, fits),
    naive_templates=("fantasy/players.html",),
    templates=("fantasy/players.html",),
)
PLAYER_OPTIONS = Page(
    name="player-options",
    title="Names for the line-up editor",
    route="fantasy:player_options",
    example=current_competition,
    naive=naive_options,
    joined=joined_options,
    page_object=options_object,
    shipped=public.player_options,
    builder=CompetitionReads.options.build,
    shared=(show_options,),
    naive_templates=("fantasy/_player_options.html",),
    templates=("fantasy/_player_options.html",),
)
