"""The pages that are the same for everybody."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from fantasy.forms.players import PlayerFilterForm
from fantasy.models import (
    Competition,
    FantasyTeam,
    League,
    Lineup,
    Match,
    MatchEvent,
    Player,
    PlayerPoints,
    Round,
)
from fantasy.standings import attach_lineups, league_table

RESULTS_SHOWN = 6
FIXTURES_SHOWN = 6
LEADERS_SHOWN = 10
PLAYERS_PER_PAGE = 50
LEAGUES_PER_PAGE = 50
SCORERS_SHOWN = 100


@require_safe
def home(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Live scores, results, fixtures, and the players with the most points."""
    competition = Competition.objects.named(slug)
    if competition is None:
        return _without_competition(request, slug)
    leaders = Player.objects.of(competition).best_first()[:LEADERS_SHOWN]
    context = {**_scoreboard(competition), "leaders": leaders}
    return render(request, "fantasy/home.html", context)


@require_safe
def scoreboard(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The part of the home page that renews itself."""
    context = _scoreboard(_competition(slug))
    return render(request, "fantasy/_scoreboard.html", context)


@require_safe
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """A match with its events."""
    return render(request, "fantasy/match.html", {"match": _match(pk)})


@require_safe
def match_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the match page that renews itself."""
    return render(request, "fantasy/_match_report.html", {"match": _match(pk)})


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
    found = Player.objects.of(_competition(slug)).in_squad_order()
    return render(request, "fantasy/_player_options.html", {"players": found})


@require_safe
def player(request: HttpRequest, pk: int) -> HttpResponse:
    """A player: points by round, and what they were given for."""
    found = get_object_or_404(Player.objects.with_totals(), pk=pk)
    context = {
        "player": found,
        "points": PlayerPoints.objects.of_player(found),
        "events": MatchEvent.objects.of_player(found),
    }
    return render(request, "fantasy/player.html", context)


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
    found = _league(pk)
    table = league_table(found)
    attach_lineups(found, table)
    context = {"league": found, "table": table}
    return render(request, "fantasy/league.html", context)


@require_safe
def standings(request: HttpRequest, pk: int) -> HttpResponse:
    """A league's table, round by round."""
    found = _league(pk)
    context = {"league": found, "table": league_table(found)}
    return render(request, "fantasy/standings.html", context)


@require_safe
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """A fantasy team and the line-ups that it has played with, the latest first."""
    found = get_object_or_404(FantasyTeam.objects.with_league(), pk=pk)
    lineups = Lineup.objects.played_by(found)
    return render(request, "fantasy/team.html", {"team": found, "lineups": lineups})


def _scoreboard(competition: Competition) -> dict[str, Any]:
    matches = Match.objects.of(competition).with_teams()
    return {
        "competition": competition,
        "round": Round.objects.of(competition.pk).locked().first(),
        "live": matches.live(),
        "results": matches.results()[:RESULTS_SHOWN],
        "fixtures": matches.fixtures()[:FIXTURES_SHOWN],
    }


def _competition(slug: str | None) -> Competition:
    competition = Competition.objects.named(slug)
    if competition is None:
        raise Http404("There is no such competition.")
    return competition


def _without_competition(request: HttpRequest, slug: str | None) -> HttpResponse:
    if slug:
        raise Http404("There is no such competition.")
    return render(request, "fantasy/no_competition.html")


def _match(pk: int) -> Match:
    return get_object_or_404(Match.objects.with_teams().with_events(), pk=pk)


def _league(pk: int) -> League:
    return get_object_or_404(League.objects.with_owner(), pk=pk)
