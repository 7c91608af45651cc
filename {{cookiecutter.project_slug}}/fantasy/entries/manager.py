"""What somebody who plays sees of the own teams: own changes at once, without a query.

A page for everybody may be half a second old. Whoever has just saved a line-up wants to see it.
"""

from __future__ import annotations

from fantasy import pages
from fantasy.entries.lineups import lineups_by_team
from fantasy.models import FantasyTeam, League, LineupPlace


def build_own_teams(user_id: int) -> tuple[pages.OwnTeam, ...]:
    return tuple(
        pages.OwnTeam(team.pk, team.name, _own_league(team.membership.league, user_id))
        for team in FantasyTeam.objects.of_user(user_id)
    )


def _own_league(league: League, user_id: int) -> pages.OwnLeague:
    return pages.OwnLeague(
        pk=league.pk,
        name=league.name,
        competition_id=league.competition_id,
        invite_code=league.invite_code if league.owner_id == user_id else "",
    )


def build_own_lineups(team_id: int) -> tuple[pages.RosterLineup, ...]:
    """Those of open rounds too."""
    return lineups_by_team(LineupPlace.objects.of_team(team_id)).get(team_id, ())
