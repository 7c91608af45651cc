"""The front page of a competition."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from fantasy.entries.competition import LEADERS_SHOWN, CompetitionReads
from fantasy.models import Competition, Player, Round
from fantasy.pages import Board
from fantasy.views import public
from fantasy.views.found import found
from fantasy.views.scoreboard import board_for_all
from lab.twins.examples import current_competition
from lab.twins.page import Page
from lab.twins.scoreboard import goals_of, scoreboard, with_matches


def naive(request: HttpRequest, slug: str) -> HttpResponse:
    competition = get_object_or_404(Competition, slug=slug)
    return render(request, "fantasy/home.html", front_page(competition, board_for_all()))


def joined(request: HttpRequest, slug: str) -> HttpResponse:
    board = board_for_all()
    competitions = with_matches(board).prefetch_related("teams__players__points")
    competition = get_object_or_404(competitions, slug=slug)
    return render(request, "fantasy/home.html", front_page(competition, board))


def page_object(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.home(competition.pk, board_for_all()))
    return render(request, "fantasy/home.html", msgspec.structs.asdict(page))


def front_page(competition: Competition, board: Board) -> dict[str, Any]:
    return {
        "round": latest_locked_round(competition),
        "leaders": leaders(competition),
        **scoreboard(competition, board),
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


FRONT_PAGE = Page(
    name="front-page",
    title="Front page",
    route="fantasy:competition",
    example=current_competition,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.home,
    joined_with=(with_matches,),
    builder=CompetitionReads.home.build,
    shared=(front_page, latest_locked_round, leaders, scoreboard, goals_of),
    naive_templates=("fantasy/home.html", "fantasy/_match.html"),
    templates=("fantasy/home.html",),
)
