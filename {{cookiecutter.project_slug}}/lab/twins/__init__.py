"""The public pages of the game with their naive twins, in the order of the site's navigation."""

from __future__ import annotations

from lab.twins.front_page import FRONT_PAGE
from lab.twins.league import LEAGUE, STANDINGS
from lab.twins.leagues import LEAGUES
from lab.twins.match import MATCH, MATCH_REPORT
from lab.twins.page import Page
from lab.twins.player import PLAYER
from lab.twins.players import PLAYER_OPTIONS, PLAYERS
from lab.twins.scoreboard import GOAL_BOARD, SCOREBOARD
from lab.twins.team import TEAM
from lab.twins.top_scorers import TOP_SCORERS

PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        FRONT_PAGE,
        SCOREBOARD,
        GOAL_BOARD,
        MATCH,
        MATCH_REPORT,
        PLAYERS,
        PLAYER_OPTIONS,
        PLAYER,
        TOP_SCORERS,
        LEAGUES,
        LEAGUE,
        STANDINGS,
        TEAM,
    )
}
