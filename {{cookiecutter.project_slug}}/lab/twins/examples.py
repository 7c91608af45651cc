"""Which match, player, league and team the lab shows: those on whose pages there is most to see."""

from __future__ import annotations

from fantasy.models import Competition, FantasyTeam, League, Match, Player
from lab.twins.page import Kwargs


def current_competition() -> Kwargs | None:
    competition = Competition.objects.current()
    return {"slug": competition.slug} if competition else None


def a_match() -> Kwargs | None:
    """A live one; else the latest result; else the next to come."""
    matches = Match.objects.all()
    return _key(matches.live().first() or matches.results().first() or matches.fixtures().first())


def a_player() -> Kwargs | None:
    """Who scored most; anybody before the first goal."""
    return _key(Player.objects.top_scorers().first() or Player.objects.order_by("pk").first())


def no_arguments() -> Kwargs | None:
    return {} if League.objects.exists() else None


def a_league() -> Kwargs | None:
    return _key(League.objects.order_by("pk").first())


def a_team() -> Kwargs | None:
    return _key(FantasyTeam.objects.order_by("pk").first())


def _key(thing: Match | Player | League | FantasyTeam | None) -> Kwargs | None:
    return {"pk": thing.pk} if thing else None
