"""The scoreboard with who has scored, on its way to the visitors behind a flag.

Its addresses are public, and so is the page: the same for everybody. Only who is to see it is
private, and asked for apart. When all have it, the flag goes, and this module with it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from waffle import flag_is_active

from fantasy.models import Competition
from fantasy.pages import Board
from fantasy.views.found import found
from kickoff.public_pages import public_page
from kickoff.rollout.models import Flag

GOAL_SCORERS = "goal_scorers"  # the flag


def board_for_all() -> Board:
    """What a page that is the same for everybody shows. While only some have the new scoreboard,
    it shows the plain one, and asks."""
    for_all = Flag.for_all(GOAL_SCORERS)
    return Board.ASKING if for_all is None else Board.GOALS if for_all else Board.PLAIN


def plain_board() -> Board:
    """What a window with the plain scoreboard fetches: the new one as soon as all have it."""
    return Board.GOALS if Flag.for_all(GOAL_SCORERS) else Board.PLAIN


@require_safe
@public_page
def goal_board(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the home page that renews itself. Switched off, it goes from open windows too."""
    competition = found(Competition.cached.named(slug))
    board = Board.PLAIN if Flag.for_all(GOAL_SCORERS) is False else Board.GOALS
    return HttpResponse(found(Competition.cached.board_html(competition.pk, board)))


@require_safe
@never_cache
def own_board(request: HttpRequest, slug: str) -> HttpResponse:
    """The new scoreboard for whom the flag has reached; for others nothing: they keep theirs."""
    competition = found(Competition.cached.named(slug))
    if not flag_is_active(request, GOAL_SCORERS):
        return HttpResponse(status=204)
    return HttpResponse(found(Competition.cached.board_html(competition.pk, Board.GOALS)))
