"""The front page of a competition, and the part of it that renews itself."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from fantasy.entries.competition import (
    FIXTURES_SHOWN,
    LEADERS_SHOWN,
    RESULTS_SHOWN,
    CompetitionReads,
)
from fantasy.models import Competition, Match, Player, Round
from fantasy.views import public
from fantasy.views.found import found
from lab.twins.examples import current_competition
from lab.twins.page import Page

# -- The front page --------------------------------------------------------------------------------


def naive(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(Competition, slug=slug)
    return render(request, "fantasy/home.html", front_page(competition))


def joined(request: HttpRequest, slug: str) -> HttpResponse:
    competitions = Competition.objects.prefetch_related(
        "rounds__matches__home", "rounds__matches__away", "teams__players__points"
    )
    competition = get_object_or_404(competitions, slug=slug)
    return render(request, "fantasy/home.html", front_page(competition))


def page_object(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.home(competition.pk))
    return render(request, "fantasy/home.html", msgspec.structs.asdict(page))


def front_page(competition: Competition) -> dict[str, Any]:
    return {
        "round": latest_locked_round(competition),
        "leaders": leaders(competition),
        **scoreboard(competition),
    }


def latest_locked_round(competition: Competition) -> Round | None:
    now = timezone.now()
    locked = [round_ for round_ in competition.rounds.all() if round_.deadline <= now]
    return max(locked, key=lambda round_: (round_.deadline, round_.number), default=None)


def leaders(competition: Competition) -> list[Player]:
    players = [player for team in competition.teams.all() for player in team.players.all()]
    for player in players:
        # For each of hundreds of players one query, to show ten.
        player.total_points = sum(  # type: ignore[attr-defined]
            earned.points for earned in player.points.all()
        )
    players.sort(key=lambda p: (-p.total_points, p.name, p.pk))  # type: ignore[attr-defined]
    return players[:LEADERS_SHOWN]


# -- The scoreboard --------------------------------------------------------------------------------


def naive_scoreboard(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(Competition, slug=slug)
    return render(request, "fantasy/_scoreboard.html", scoreboard(competition))


def joined_scoreboard(request: HttpRequest, slug: str) -> HttpResponse:
    competitions = Competition.objects.prefetch_related(
        "rounds__matches__home", "rounds__matches__away"
    )
    competition = get_object_or_404(competitions, slug=slug)
    return render(request, "fantasy/_scoreboard.html", scoreboard(competition))


def scoreboard_object(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.board(competition.pk))
    return render(request, "fantasy/_scoreboard.html", msgspec.structs.asdict(page))


def scoreboard(competition: Competition) -> dict[str, Any]:
    matches = [match for round_ in competition.rounds.all() for match in round_.matches.all()]
    matches.sort(key=lambda match: (match.kickoff_at, match.pk))
    return {
        "competition": competition,
        "live": [match for match in matches if match.is_live],
        "results": latest_results(matches),
        "fixtures": [match for match in matches if match.is_scheduled][:FIXTURES_SHOWN],
    }


def latest_results(matches: list[Match]) -> list[Match]:
    finished = [match for match in matches if match.is_finished]
    return finished[::-1][:RESULTS_SHOWN]


FRONT_PAGE = Page(
    name="front-page",
    title="Front page",
    route="fantasy:competition",
    example=current_competition,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.home,
    builder=CompetitionReads.home.build,
    shared=(front_page, latest_locked_round, leaders, scoreboard, latest_results),
    naive_templates=("fantasy/home.html", "fantasy/_match.html"),
    templates=("fantasy/home.html",),
)
SCOREBOARD = Page(
    name="scoreboard",
    title="Scoreboard, which renews itself",
    route="fantasy:competition_scoreboard",
    example=current_competition,
    naive=naive_scoreboard,
    joined=joined_scoreboard,
    page_object=scoreboard_object,
    shipped=public.scoreboard,
    builder=CompetitionReads.board.build,
    shared=(scoreboard, latest_results),
    naive_templates=("fantasy/_scoreboard.html", "fantasy/_match.html"),
    templates=("fantasy/_scoreboard.html",),
)
