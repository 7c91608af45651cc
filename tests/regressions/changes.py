"""Changes of which a test asks more than whether they are found."""

from __future__ import annotations

from tests.regressions.planting import (
    LEAGUE_ENTRIES,
    LEAGUE_MODELS,
    LEAGUES_TEMPLATE,
    LISTED,
    PUBLIC_VIEWS,
    TEAM_COUNT_CELL,
    Edit,
    Regression,
)

SELECT_RELATED = Regression(
    "a dropped select_related",
    [
        Edit(
            LEAGUE_MODELS,
            old='self.select_related("membership__user")\n            .filter(',
            new="self\n            .filter(",
        )
    ],
    ["fantasy:league-anonymous-GET"],
    (LEAGUE_ENTRIES, "manager=team.membership.user.get_username(),"),
    [
        "SELECT fantasy_membership: budget 0, actual 2 (+2)",
        "N+1: 2 × SELECT fantasy_membership from {line}; select_related('membership') would "
        "remove it (in the queryset of FantasyTeam)",
        "N+1: 2 × SELECT accounts_user from {line}; select_related('user') would remove it",
    ],
)

# One query more on a table that the cold page asks anyway.
ONE_MORE = Regression(
    "one query more beside one that may be",
    [
        Edit(
            LEAGUE_ENTRIES,
            old="    return pages.LeagueList(\n",
            new="    League.objects.select_related('owner').last()\n    return pages.LeagueList(\n",
        )
    ],
    ["fantasy:leagues-anonymous-GET"],
    (LEAGUE_ENTRIES, "League.objects.select_related('owner').last()"),
    ["SELECT fantasy_league: budget 1, actual 2 (+1)", "from {line}"],
)

# What a developer does on a quiet day: another name, a query in two steps, comments, another order.
REFACTORING = [
    Edit(
        PUBLIC_VIEWS,
        old=LISTED
        + '    return render(request, "fantasy/leagues.html", {"page": page, "leagues": listed})',
        new="    # Those of this page alone.\n"
        "    leagues_of_page = found(League.cached.listing(page.number)).leagues\n"
        '    context = {"page": page, "leagues": leagues_of_page}\n'
        '    return render(request, "fantasy/leagues.html", context)',
    ),
    Edit(
        LEAGUE_ENTRIES,
        old="    leagues = League.objects.with_team_count()[last - LEAGUES_PER_PAGE : last]\n",
        new="    # In two steps.\n"
        "    everywhere = League.objects.with_team_count()\n"
        "    leagues = everywhere[last - LEAGUES_PER_PAGE : last]\n",
    ),
    Edit(
        LEAGUES_TEMPLATE,
        old='            <td class="wide">{{ league.owner }}</td>\n            ' + TEAM_COUNT_CELL,
        new="            {# The number first. #}\n            "
        + TEAM_COUNT_CELL
        + '\n            <td class="wide">{{ league.owner }}</td>',
    ),
]
