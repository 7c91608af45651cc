"""What only some visits pay for."""

from __future__ import annotations

from tests.regressions.planting import (
    LEAGUE_ENTRIES,
    LISTED,
    MANAGER_VIEWS,
    PUBLIC_VIEWS,
    SAVED,
    Edit,
    Regression,
)

OF_SOME_VISITS = [
    Regression(
        "a count() in a loop",
        [
            Edit(
                LEAGUE_ENTRIES,
                old="team_count=league.team_count or 0,  # type: ignore[attr-defined]",
                new="team_count=league.memberships.count(),",
            )
        ],
        ["fantasy:leagues-anonymous-GET"],
        (LEAGUE_ENTRIES, "league.memberships.count()"),
        [
            "COUNT fantasy_membership: budget 0, actual 3 (+3)",
            "N+1: 3 × COUNT fantasy_membership from {line}",
        ],
    ),
    Regression(
        "an N+1 only for signed-in visitors",
        [
            Edit(
                PUBLIC_VIEWS,
                old=LISTED,
                new=LISTED
                + "    if request.user.is_authenticated:\n"
                + "        for membership in request.user.memberships.all():\n"
                + "            membership.league.name\n",
            )
        ],
        ["fantasy:leagues-manager-GET"],
        (PUBLIC_VIEWS, "membership.league.name"),
        ["N+1: 2 × SELECT fantasy_league from {line}; select_related('league') would remove it"],
        stays=["fantasy:leagues-anonymous-GET"],
    ),
    Regression(
        "an N+1 only on POST",
        [
            Edit(
                MANAGER_VIEWS,
                old=SAVED,
                new="            for old in FantasyTeam.objects.of_user(_user_id(request)):\n"
                "                old.lineups.first()\n" + SAVED,
            )
        ],
        ["fantasy:new_league-manager-POST"],
        (MANAGER_VIEWS, "old.lineups.first()"),
        ["N+1: 2 × SELECT fantasy_lineup from {line}"],
        stays=["fantasy:new_league-manager-GET"],
    ),
    Regression(
        "an N+1 on a cold page alone",
        [
            Edit(
                LEAGUE_ENTRIES,
                old="    return pages.LeagueList(\n",
                new="    for league in leagues:\n"
                "        League.objects.select_related('owner').get(pk=league.pk)\n"
                "    return pages.LeagueList(\n",
            )
        ],
        ["fantasy:leagues-anonymous-GET"],
        (LEAGUE_ENTRIES, "League.objects.select_related('owner').get(pk=league.pk)"),
        ["(GET, anonymous), cold", "N+1: 3 × SELECT fantasy_league from {line}"],
        never="(GET, anonymous), hot\n",
    ),
]
