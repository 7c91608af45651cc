"""How the query budgets visit the lab: on the worlds of the game."""

from __future__ import annotations

from fantasy.visits import visits as of_the_game
from kickoff.budgets import Visit, Visits

visits = Visits(
    world=of_the_game.world,
    larger=of_the_game.larger,
    routes={
        "lab:index": Visit(fixed="It lists the public pages of the site."),
        "lab:page": Visit(
            lambda world: {"name": "league"}, fixed="It shows the code of eight steps."
        ),
    },
)
