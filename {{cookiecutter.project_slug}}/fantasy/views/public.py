"""The pages that are the same for everybody."""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from msgspec.structs import asdict

from fantasy.forms.players import PlayerFilterForm
from fantasy.models import Competition, FantasyTeam, League, Match, Player

V = TypeVar("V")

PLAYERS_PER_PAGE = 50
LEAGUES_PER_PAGE = 50
SCORERS_SHOWN = 100


@require_safe
def home(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Live scores, results, fixtures, and the players with the most points."""
    competition = Competition.cached.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    page = _found(Competition.cached.home(competition.pk))
    return render(request, "fantasy/home.html", asdict(page))


@require_safe
def scoreboard(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The part of the home page that renews itself."""
    competition = _found(Competition.cached.named(slug))
    board = _found(Competition.cached.scoreboard(competition.pk))
    context = {"competition": competition, **asdict(board)}
    return render(request, "fantasy/_scoreboard.html", context)


@require_safe
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """A match with its events."""
    page = _found(Match.cached.page(pk))
    return render(request, "fantasy/match.html", {"match": page})


@require_safe
def match_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the match page that renews itself."""
    page = _found(Match.cached.page(pk))
    return render(request, "fantasy/_match_report.html", {"match": page})


@require_safe
def players(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """All players, to be searched by name, position and team."""
    competition = Competition.objects.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    form = PlayerFilterForm(request.GET, competition)
    found = Player.objects.of(competition).matching(**form.criteria()).best_first()
    page = Paginator(found, PLAYERS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"competition": competition, "form": form, "page": page}
    return render(request, "fantasy/players.html", context)


@require_safe
def player_options(request: HttpRequest, slug: str) -> HttpResponse:
    """The names that the line-up editor offers while one types."""
    found = Player.objects.of(_found(Competition.objects.named(slug))).in_squad_order()
    return render(request, "fantasy/_player_options.html", {"players": found})


@require_safe
def player(request: HttpRequest, pk: int) -> HttpResponse:
    """A player: points by round, and what they were given for."""
    page = _found(Player.cached.page(pk))
    return render(request, "fantasy/player.html", {"player": page})


@require_safe
def top_scorers(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Who scored most."""
    competition = Competition.objects.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    scorers = Player.objects.of(competition).top_scorers()[:SCORERS_SHOWN]
    context = {"competition": competition, "scorers": scorers}
    return render(request, "fantasy/top_scorers.html", context)


@require_safe
def leagues(request: HttpRequest) -> HttpResponse:
    """All leagues."""
    found = League.objects.with_team_count()
    page = Paginator(found, LEAGUES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "fantasy/leagues.html", {"page": page})


@require_safe
def league(request: HttpRequest, pk: int) -> HttpResponse:
    """A league: the table, and the line-ups of the latest round with what each player earned."""
    page = _found(League.cached.page(pk))
    return render(request, "fantasy/league.html", asdict(page))


@require_safe
def standings(request: HttpRequest, pk: int) -> HttpResponse:
    """A league's table, round by round."""
    page = _found(League.cached.standings(pk))
    return render(request, "fantasy/standings.html", asdict(page))


@require_safe
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """A fantasy team and the line-ups that it has played with, the latest first."""
    page = _found(FantasyTeam.cached.page(pk))
    return render(request, "fantasy/team.html", asdict(page))


def _found(value: V | None) -> V:
    """Raises Http404 when there is no such thing."""
    if value is None:
        raise Http404("There is no such page.")
    return value


def _without_competition(request: HttpRequest, slug: str | None) -> HttpResponse:
    if slug:
        raise Http404("There is no such competition.")
    return render(request, "fantasy/no_competition.html")
