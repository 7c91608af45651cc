"""The pages of a league and of its fantasy teams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fantasy import pages
from fantasy.entries.competition import CompetitionReads, locked_rounds
from fantasy.entries.lineups import lineups_by_team
from fantasy.entries.manager import build_own_lineups, build_own_teams
from fantasy.entries.shapes import shape
from fantasy.models import FantasyTeam, League, LineupPlace
from fantasy.standings import league_table, lineup_points
from kickoff.caching.entries import CachedManager, DerivedEntry, Entry, Versioned
from kickoff.caching.rendering import RenderedEntry
from kickoff.caching.watch import Changed

LEAGUES_PER_PAGE = 50
LISTED_AHEAD = 3  # pages of the list that are kept present

Points = dict[int, int]  # of one round, by the key of the player
PointsByRound = dict[int, Points]


def _build_roster(league_id: int) -> pages.Roster | None:
    """Three queries, whatever the size of the league."""
    league = League.objects.select_related("owner").filter(pk=league_id).first()
    if league is None:
        return None
    lineups = lineups_by_team(LineupPlace.objects.of_league(league_id))
    return pages.Roster(
        pk=league.pk,
        name=league.name,
        owner=league.owner.get_username(),
        competition_id=league.competition_id,
        teams=tuple(
            pages.RosterTeam(
                pk=team.pk,
                name=team.name,
                manager=team.membership.user.get_username(),
                lineups=lineups.get(team.pk, ()),
            )
            for team in FantasyTeam.objects.in_league(league_id)
        ),
        round_ids=tuple(sorted({one.round_id for of_team in lineups.values() for one in of_team})),
    )


def _parts(league_id: int) -> list[Versioned[Any]] | None:
    roster = LeagueReads.roster.versioned(league_id)
    head = roster.head(pages.RosterHead)
    if head is None:
        return None
    calendar = CompetitionReads.calendar.versioned(head.competition_id)
    if calendar.value is None:
        return None
    played = locked_rounds(calendar.value, among=head.round_ids)
    return [
        calendar,
        played,
        CompetitionReads.squads.versioned(head.competition_id),
        roster,
        CompetitionReads.points.versioned(head.competition_id),
    ]


def _derive_standings(
    calendar: pages.Calendar,
    played: tuple[pages.Round, ...],
    squads: pages.Squads,
    roster: pages.Roster,
    points: PointsByRound,
) -> pages.LeaguePage:
    table = league_table(roster, played, _played(played, points))
    return pages.LeaguePage(league=_head(calendar, roster), table=table)


def _derive_page(
    calendar: pages.Calendar,
    played: tuple[pages.Round, ...],
    squads: pages.Squads,
    roster: pages.Roster,
    points: PointsByRound,
) -> pages.LeaguePage:
    table = league_table(roster, played, _played(played, points))
    if table.latest_round is not None:
        latest = table.latest_round.pk
        lineups = {team.pk: team.lineup_for(latest) for team in roster.teams}
        earned = points.get(latest, {})
        table = msgspec.structs.replace(
            table,
            rows=tuple(
                msgspec.structs.replace(row, places=_places(lineups[row.team.pk], squads, earned))
                for row in table.rows
            ),
        )
    return pages.LeaguePage(league=_head(calendar, roster), table=table)


def _team_parts(team_id: int) -> list[Versioned[Any]] | None:
    league_id = FantasyTeamReads.league_id.versioned(team_id).value
    parts = _parts(league_id) if league_id is not None else None
    return None if parts is None else [Versioned(team_id, ""), *parts]


def _derive_team(
    team_id: int,
    calendar: pages.Calendar,
    played: tuple[pages.Round, ...],
    squads: pages.Squads,
    roster: pages.Roster,
    points: PointsByRound,
) -> pages.TeamPage | None:
    team = next((team for team in roster.teams if team.pk == team_id), None)
    if team is None:
        return None  # It came in a moment ago, before what this process knows of its league.
    by_round = _played(played, points)
    return pages.TeamPage(
        league=_head(calendar, roster),
        team=pages.TeamHead(team.pk, team.name, team.manager),
        lineups=tuple(
            pages.Lineup(
                round=round_,
                points=lineup_points(lineup, by_round[round_.pk]),
                places=_places(lineup, squads, by_round[round_.pk]),
            )
            for round_ in reversed(played)
            if (lineup := team.lineup_for(round_.pk))
        ),
    )


def _played(played: Sequence[pages.Round], points: PointsByRound) -> PointsByRound:
    """The points of these rounds; in one that has just begun nobody has any."""
    return {round_.pk: points.get(round_.pk, {}) for round_ in played}


def _head(calendar: pages.Calendar, roster: pages.Roster) -> pages.League:
    return pages.League(roster.pk, roster.name, roster.owner, calendar.competition)


def _places(
    lineup: pages.RosterLineup | None, squads: pages.Squads, earned: Points
) -> tuple[pages.Place, ...]:
    if lineup is None:
        return ()
    starters = [(squads.players.get(pk), True) for pk in lineup.starters]
    bench = [(squads.players.get(pk), False) for pk in lineup.bench]
    return tuple(
        pages.Place(
            player=pages.PlacedPlayer(
                pk=player.pk,
                name=player.name,
                position=player.position,
                team_code=squads.team_code(player.team_id),
            ),
            points=earned.get(player.pk, 0),
            is_starter=is_starter,
            is_captain=player.pk == lineup.captain_id,
        )
        for player, is_starter in [*starters, *bench]
        if player is not None
    )


def _build_league_id(team_id: int) -> int | None:
    team = FantasyTeam.objects.select_related("membership").filter(pk=team_id).first()
    return team.membership.league_id if team else None


def _build_listing(number: int) -> pages.LeagueList:
    """Two queries, whatever the number of leagues."""
    last = number * LEAGUES_PER_PAGE
    leagues = League.objects.with_team_count()[last - LEAGUES_PER_PAGE : last]
    return pages.LeagueList(
        count=League.objects.count(),
        leagues=tuple(
            pages.ListedLeague(
                pk=league.pk,
                name=league.name,
                owner=league.owner.get_username(),
                team_count=league.team_count or 0,  # type: ignore[attr-defined]
                competition=shape(league.competition, pages.Competition),
            )
            for league in leagues
        ),
    )


def _first_pages() -> list[tuple[int]]:
    first = LeagueReads.listing.read(1)
    pages_in_all = -(-first.count // LEAGUES_PER_PAGE) if first else 1
    return [(number,) for number in range(1, min(pages_in_all, LISTED_AHEAD) + 1)]


class LeagueReads(CachedManager, model=League):
    roster = Entry(
        _build_roster,
        stale_when={
            "accounts.User": Changed("username", to=("memberships__league", "owned_leagues__pk")),
            "fantasy.League": "pk",
            "fantasy.Membership": "league",
            "fantasy.FantasyTeam": "membership__league",
            "fantasy.Lineup": "team__membership__league",
            "fantasy.LineupPlace": "lineup__team__membership__league",
        },
    )
    page = DerivedEntry(_derive_page, parts=_parts, own_part=roster)
    html = RenderedEntry("fantasy/league.html", of=page, ahead_when=CompetitionReads.points)
    standings = DerivedEntry(_derive_standings, parts=_parts, own_part=roster)
    standings_html = RenderedEntry(
        "fantasy/standings.html", of=standings, ahead_when=CompetitionReads.points
    )
    # No mark could say on which page of the list a league is that comes, goes or grows: the pages
    # that people open most are rebuilt all the time, and no other gets old.
    listing = Entry(
        _build_listing,
        stale_when={},
        keys=_first_pages,
        pinned=True,
        every_s=10,
        limit_s=60,
    )


class FantasyTeamReads(CachedManager, model=FantasyTeam):
    league_id = Entry(
        _build_league_id,
        stale_when={"fantasy.FantasyTeam": "pk", "fantasy.Membership": "team__pk"},
    )
    page = DerivedEntry(_derive_team, parts=_team_parts)
    html = RenderedEntry("fantasy/team.html", of=page, ahead_when=CompetitionReads.points)
    # For the manager alone. By the key of the user, and of the team.
    of_user = Entry(
        build_own_teams,
        stale_when={
            "fantasy.FantasyTeam": "membership__user",
            "fantasy.Membership": "user",
            "fantasy.League": Changed("name", "owner", "invite_code", to="memberships__user"),
        },
        at_once=True,
    )
    of_user_html = RenderedEntry("fantasy/my_teams.html", of=of_user, named="teams")
    lineups = Entry(
        build_own_lineups,
        stale_when={"fantasy.Lineup": "team", "fantasy.LineupPlace": "lineup__team"},
        at_once=True,
    )
