"""Makes what the visitors need, and looks at the end what the database has."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from fantasy.demo.competition import LIVE_ROUND
from fantasy.entries.competition import CompetitionReads
from fantasy.leagues import create_league
from fantasy.matchday import kick_off
from fantasy.models import Competition, League, LineupPlace, Position
from fleet.drills.lineups import Squad
from fleet.drills.visitors.plan import Manager

LIVE_MATCHES = 2
LEAGUES_READ = 8
PLAYED_BY = {  # who starts, who sits on the bench; the second goalkeeper sits first
    Position.GOALKEEPER: (1, 1),
    Position.DEFENDER: (4, 1),
    Position.MIDFIELDER: (4, 1),
    Position.FORWARD: (2, 1),
}


class Role:
    def prepare(self, managers: int) -> dict[str, Any]:
        """Kicks matches off and makes managers; what the plan of the visitors needs."""
        competition = Competition.objects.current()
        assert competition is not None
        leagues = list(League.objects.of(competition).order_by("pk")[:LEAGUES_READ])
        round_ = competition.rounds.get(number=LIVE_ROUND)
        matches = list(round_.matches.order_by("pk")[:LIVE_MATCHES])
        for match in matches:
            kick_off(match.pk)
        squad = squad_of(competition.pk)
        return {
            "matches": [match.pk for match in matches],
            "leagues": [league.pk for league in leagues],
            "pages": [
                "/",
                reverse("fantasy:top_scorers"),
                reverse("fantasy:leagues"),
                *(reverse("fantasy:league", args=[league.pk]) for league in leagues),
                *(reverse("fantasy:standings", args=[league.pk]) for league in leagues),
            ],
            "boards": [
                reverse("fantasy:competition_scoreboard", args=[competition.slug]),
                *(reverse("fantasy:match_report", args=[match.pk]) for match in matches),
            ],
            "managers": [
                _as_json(_manager(competition.pk, number, squad))
                for number in range(1, managers + 1)
            ],
        }

    def lineups(self, teams: list[int]) -> dict[int, list[Any]]:
        """Of each team the captain and the players by their places, as they are in the database:
        by one statement, so that nobody saves in between."""
        places = LineupPlace.objects.filter(lineup__team__in=teams).by_lineup()
        rows = places.values_list("lineup__team", "lineup__captain", "player")
        return {
            team: [captain, [player for *_, player in found]]
            for (team, captain), found in groupby(rows, key=lambda row: row[:2])
        }


def _manager(competition_id: int, number: int, squad: Squad) -> Manager:
    user = User.objects.create_user(f"drill-{number}")
    team = create_league(user.pk, competition_id, f"Drill {number}", f"Drill team {number}")
    client = Client()
    client.force_login(user)
    return Manager(client.cookies[settings.SESSION_COOKIE_NAME].value, team.pk, squad)


def squad_of(competition_id: int) -> Squad:
    squads = CompetitionReads.squads.build(competition_id)
    assert squads is not None
    starters, bench = [], []
    for position, (starting, sitting) in PLAYED_BY.items():
        players = [p for p in squads.players.values() if p.position == position]
        starters += players[:starting]
        bench += players[starting : starting + sitting]
    chosen = [*starters, *bench]
    return Squad(
        names=tuple(squads.label(player) for player in chosen),
        players=tuple(player.pk for player in chosen),
    )


def _as_json(manager: Manager) -> dict[str, Any]:
    return {
        "session": manager.session,
        "team": manager.team,
        "squad": {"names": manager.squad.names, "players": manager.squad.players},
    }
