"""What somebody who plays sees of the own teams: own changes at once, without a query.

A page for everybody may be half a second old. Whoever has just saved a line-up wants to see it.
"""

from __future__ import annotations

from fantasy import pages
from fantasy.entries.lineups import lineups_by_team
from fantasy.entries.shapes import shape
from fantasy.models import FantasyTeam, LineupPlace


def build_own_teams(user_id: int) -> tuple[pages.OwnTeam, ...]:
    return tuple(
        pages.OwnTeam(team.pk, team.name, shape(team.membership.league, pages.OwnLeague))
        for team in FantasyTeam.objects.of_user(user_id)
    )


def build_own_lineups(team_id: int) -> tuple[pages.RosterLineup, ...]:
    """Those of open rounds too."""
    return lineups_by_team(LineupPlace.objects.of_team(team_id)).get(team_id, ())
