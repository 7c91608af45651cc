"""What a page hides that shows no more rows on a larger world."""

from __future__ import annotations

from tests.regressions.planting import (
    LEAGUE_ENTRIES,
    LISTED,
    PUBLIC_VIEWS,
    Edit,
    Regression,
)

BEHIND_PAGES = [
    Regression(
        "an N+1 behind pagination",
        [
            Edit(LEAGUE_ENTRIES, old="LEAGUES_PER_PAGE = 50", new="LEAGUES_PER_PAGE = 2"),
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    for league in listed:\n"
                + "        FantasyTeam.objects.in_league(league.pk).first()\n",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (PUBLIC_VIEWS, "FantasyTeam.objects.in_league(league.pk).first()"),
        [
            "N+1: 2 × SELECT fantasy_fantasyteam from {line}",
            # On every larger world the page asks as much: the plain comparison would pass.
            "The page shows no more rows",
        ],
    ),
    Regression(
        "an N+1 behind pagination whose pager alone grows",
        [
            # The small world fills this page; on the larger ones only the link to the next is new.
            Edit(LEAGUE_ENTRIES, old="LEAGUES_PER_PAGE = 50", new="LEAGUES_PER_PAGE = 3"),
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    for league in listed:\n"
                + "        FantasyTeam.objects.in_league(league.pk).first()\n",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (PUBLIC_VIEWS, "FantasyTeam.objects.in_league(league.pk).first()"),
        [
            "N+1: 3 × SELECT fantasy_fantasyteam from {line}",
            "The page shows no more rows for 2 more leagues",
        ],
    ),
    Regression(
        "an N+1 over rows that the page does not name",
        [
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    for round_ in Round.objects.all():\n"
                + "        round_.matches.first()\n",
            ),
            Edit(
                PUBLIC_VIEWS,
                old="from fantasy.models import ",
                new="from fantasy.models import Round, ",
            ),
        ],
        ["fantasy:leagues-anonymous-GET"],
        (PUBLIC_VIEWS, "round_.matches.first()"),
        [
            "(GET, anonymous), hot, larger world (rounds)",
            "SELECT fantasy_match: 3 became 5",
            "N+1: 5 × SELECT fantasy_match from {line}",
        ],
    ),
]
