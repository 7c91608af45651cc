"""A league in the middle of a live round, and somebody who looks at its pages."""

import pytest
from django.urls import reverse

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import record
from fantasy.models import (
    EventKind,
)
from fantasy.tests import worlds
from fantasy.tests.cached_pages.watching import PAGES, refresh
from kickoff.caching.reading import reader


@pytest.fixture
def live_match(live_round):
    return live_round.matches.live().get()


@pytest.fixture
def annas_team(league, live_round):
    """Anna's team, which plays the live round with T01 FW 17 as its captain."""
    team = worlds.team_of("Anna")
    worlds.create_lineup(team, live_round, worlds.legal_selection(captain="T01 FW 17"))
    return team


@pytest.fixture
def shoot(live_match):
    """A function: T01 FW 17 scores in the live match, which is 4 points."""
    (scorer,) = worlds.players_named("T01 FW 17")

    def shoot(sequence=1):
        event = FeedEvent(sequence, Clock(12), EventKind.GOAL, scorer.pk, scorer.team_id)
        record(live_match.pk, event)

    return shoot


@pytest.fixture
def urls(competition, league, annas_team, live_match):
    (player,) = worlds.players_named("T01 FW 17")
    arguments = {
        "competition": [competition.slug],
        "competition_scoreboard": [competition.slug],
        "competition_players": [competition.slug],
        "player_options": [competition.slug],
        "competition_top_scorers": [competition.slug],
        "match": [live_match.pk],
        "match_report": [live_match.pk],
        "player": [player.pk],
        "league": [league.pk],
        "standings": [league.pk],
        "team": [annas_team.pk],
    }
    return {name: reverse(f"fantasy:{name}", args=arguments.get(name)) for name in PAGES}


@pytest.fixture
def see(client, urls):
    """A function that looks at a page as someone does whose process has not seen it yet."""

    def see(name):
        reader.memory.forget()
        response = client.get(urls[name])
        assert response.status_code == 200
        return response.text

    return see


@pytest.fixture
def hot(see):
    """All pages are in the cache, and no mark of how the world was made is left."""
    refresh()
    for name in PAGES:
        see(name)
