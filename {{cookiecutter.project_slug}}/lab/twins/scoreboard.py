"""The part of the front page that renews itself: plain, and with who has scored."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries import CompetitionReads
from fantasy.entries.scoreboard import FIXTURES_SHOWN, REMARKS, RESULTS_SHOWN
from fantasy.models import GOAL_KINDS, Competition, Match
from fantasy.models.competition import CompetitionQuerySet
from fantasy.pages import Board, Goal
from fantasy.views import public
from fantasy.views import scoreboard as shipped
from fantasy.views.found import found
from kickoff.rollout.models import Flag
from lab.twins.examples import current_competition
from lab.twins.page import Page

# -- The plain one ---------------------------------------------------------------------------------


def naive(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, slug, Competition.objects.all(), shipped.plain_board())


def joined(request: HttpRequest, slug: str) -> HttpResponse:
    board = shipped.plain_board()
    return show(request, slug, with_matches(board), board)


def page_object(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.board(competition.pk, shipped.plain_board()))
    return render(request, "fantasy/_scoreboard.html", msgspec.structs.asdict(page))


# -- With the goals, as far as their flag is on ----------------------------------------------------


def naive_with_goals(request: HttpRequest, slug: str) -> HttpResponse:
    return show(request, slug, Competition.objects.all(), goals_if_on())


def joined_with_goals(request: HttpRequest, slug: str) -> HttpResponse:
    board = goals_if_on()
    return show(request, slug, with_matches(board), board)


def page_object_with_goals(request: HttpRequest, slug: str) -> HttpResponse:
    competition = found(Competition.cached.named(slug))
    page = found(Competition.cached.board(competition.pk, goals_if_on()))
    return render(request, "fantasy/_scoreboard.html", msgspec.structs.asdict(page))


def goals_if_on() -> Board:
    return Board.PLAIN if Flag.for_all(shipped.GOAL_SCORERS) is False else Board.GOALS


# -- Both ------------------------------------------------------------------------------------------


def show(
    request: HttpRequest, slug: str, competitions: CompetitionQuerySet, board: Board
) -> HttpResponse:
    competition = get_object_or_404(competitions, slug=slug)
    return render(request, "fantasy/_scoreboard.html", scoreboard(competition, board))


def with_matches(board: Board) -> CompetitionQuerySet:
    competitions = Competition.objects.prefetch_related(
        "rounds__matches__home", "rounds__matches__away"
    )
    if board != Board.GOALS:
        return competitions
    return competitions.prefetch_related(
        "rounds__matches__events__player", "rounds__matches__events__team"
    )


def scoreboard(competition: Competition, board: Board) -> dict[str, Any]:
    matches = [match for round_ in competition.rounds.all() for match in round_.matches.all()]
    matches.sort(key=lambda match: (match.kickoff_at, match.pk))
    live = [match for match in matches if match.is_live]
    results = [match for match in matches if match.is_finished][::-1][:RESULTS_SHOWN]
    fixtures = [match for match in matches if match.is_scheduled][:FIXTURES_SHOWN]
    for match in [*live, *results] if board == Board.GOALS else []:
        match.goals = goals_of(match)  # type: ignore[attr-defined]
    return {
        "competition": competition,
        "board": board,
        "live": live,
        "results": results,
        "fixtures": fixtures,
    }


def goals_of(match: Match) -> list[Goal]:
    return [
        Goal(
            clock=event.clock,
            scorer=event.player.name,
            is_home=event.team == match.home,
            remark=REMARKS.get(event.kind, ""),
        )
        for event in match.events.all()
        if event.kind in GOAL_KINDS
    ]


SCOREBOARD = Page(
    name="scoreboard",
    title="Scoreboard, which renews itself",
    route="fantasy:competition_scoreboard",
    example=current_competition,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.scoreboard,
    joined_with=(with_matches,),
    builder=CompetitionReads.board.build,
    shared=(show, scoreboard, goals_of),
    naive_templates=("fantasy/_scoreboard.html", "fantasy/_match.html"),
    templates=("fantasy/_scoreboard.html",),
)
GOAL_BOARD = Page(
    name="goal-board",
    title="Scoreboard with who has scored",
    route="fantasy:goal_board",
    example=current_competition,
    naive=naive_with_goals,
    joined=joined_with_goals,
    page_object=page_object_with_goals,
    shipped=shipped.goal_board,
    joined_with=(with_matches,),
    builder=CompetitionReads.board.build,
    shared=(goals_if_on, show, scoreboard, goals_of),
    naive_templates=("fantasy/_scoreboard.html", "fantasy/_match.html"),
    templates=("fantasy/_scoreboard.html",),
)
