"""The players of a competition, for what `CompetitionReads` says of them."""

from __future__ import annotations

from fantasy import pages
from fantasy.entries.shapes import shape, shape_all
from fantasy.models import Competition, Player, Team

LEADERS_SHOWN = 10
SCORERS_SHOWN = 100


def build_squads(competition_id: int) -> pages.Squads:
    teams = shape_all(Team.objects.of(competition_id), pages.Team)
    players = shape_all(Player.objects.of(competition_id), pages.Player)
    return pages.Squads(
        teams={team.pk: team for team in teams},
        players={player.pk: player for player in players},
    )


def build_scorers(competition_id: int) -> pages.ScorersPage | None:
    competition = Competition.objects.filter(pk=competition_id).first()
    if competition is None:
        return None
    scorers = Player.objects.of(competition_id).top_scorers()[:SCORERS_SHOWN]
    return pages.ScorersPage(
        competition=shape(competition, pages.Competition),
        scorers=shape_all(scorers, pages.Scorer),
    )


def derive_leaders(squads: pages.Squads, totals: dict[int, int]) -> tuple[pages.RankedPlayer, ...]:
    return tuple(squads.ranked(squads.players.values(), totals)[:LEADERS_SHOWN])


def derive_options(squads: pages.Squads) -> pages.PlayerOptions:
    in_squad_order = sorted(
        squads.players.values(), key=lambda p: (squads.team_name(p.team_id), p.number)
    )
    return pages.PlayerOptions(
        tuple(
            pages.PlayerOption(
                position=player.position,
                label=squads.label(player),
            )
            for player in in_squad_order
        )
    )
