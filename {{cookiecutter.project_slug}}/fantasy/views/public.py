"""The pages that are the same for everybody: most are kept as HTML, and only handed out here."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fantasy.entries.league import LEAGUES_PER_PAGE
from fantasy.forms.players import PlayerFilterForm
from fantasy.models import Competition, FantasyTeam, League, Match, Player
from fantasy.views.found import found
from fantasy.views.scoreboard import board_for_all, plain_board
from kickoff.public_pages import public_page

PLAYERS_PER_PAGE = 50


@require_safe
@public_page
def home(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Live scores, results, fixtures, and the players with the most points."""
    competition = Competition.cached.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    return _page(Competition.cached.home_html(competition.pk, board_for_all()))


@require_safe
@public_page
def scoreboard(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The part of the home page that renews itself."""
    competition = found(Competition.cached.named(slug))
    return _page(Competition.cached.board_html(competition.pk, plain_board()))


@require_safe
@public_page
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """A match with its events."""
    return _page(Match.cached.html(pk))


@require_safe
@public_page
def match_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the match page that renews itself."""
    return _page(Match.cached.report_html(pk))


@require_safe
@public_page
def players(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """All players, to be searched by name, position and team."""
    competition = Competition.cached.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    squads = found(Competition.cached.squads(competition.pk))
    form = PlayerFilterForm(request.GET, squads.codes())
    totals = Competition.cached.totals(competition.pk) or {}
    ranked = squads.ranked(squads.matching(**form.criteria()), totals)
    page = Paginator(ranked, PLAYERS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"competition": competition, "form": form, "page": page}
    return render(request, "fantasy/players.html", context)


@require_safe
@public_page
def player_options(request: HttpRequest, slug: str) -> HttpResponse:
    """The names that the line-up editor offers while one types."""
    competition = found(Competition.cached.named(slug))
    return _page(Competition.cached.options_html(competition.pk))


@require_safe
@public_page
def player(request: HttpRequest, pk: int) -> HttpResponse:
    """A player: points by round, and what they were given for."""
    return _page(Player.cached.html(pk))


@require_safe
@public_page
def top_scorers(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Who scored most."""
    competition = Competition.cached.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    return _page(Competition.cached.scorers_html(competition.pk))


@require_safe
@public_page
def leagues(request: HttpRequest) -> HttpResponse:
    """All leagues."""
    count = found(League.cached.listing(1)).count
    page = Paginator(range(count), LEAGUES_PER_PAGE).get_page(request.GET.get("page"))
    listed = found(League.cached.listing(page.number)).leagues
    return render(request, "fantasy/leagues.html", {"page": page, "leagues": listed})


@require_safe
@public_page
def league(request: HttpRequest, pk: int) -> HttpResponse:
    """A league: the table, and the line-ups of the latest round with what each player earned."""
    return _page(League.cached.html(pk))


@require_safe
@public_page
def standings(request: HttpRequest, pk: int) -> HttpResponse:
    """A league's table, round by round."""
    return _page(League.cached.standings_html(pk))


@require_safe
@public_page
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """A fantasy team and the line-ups that it has played with, the latest first."""
    return _page(FantasyTeam.cached.html(pk))


def _page(html: bytes | None) -> HttpResponse:
    return HttpResponse(found(html))


def _without_competition(request: HttpRequest, slug: str | None) -> HttpResponse:
    if slug:
        raise Http404("There is no such competition.")
    return render(request, "fantasy/no_competition.html")
