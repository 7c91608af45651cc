"""Two browser tabs, or two feeds, that write at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from django.db import connection

from fantasy.lineups import carry_over_lineups, save_lineup
from fantasy.models import Lineup
from fantasy.tests import worlds

ROUNDS_OF_SAVING = 20


@pytest.fixture
def two_selections(competition):
    """Two line-ups that have no player in common."""
    ours = worlds.legal_selection()
    mirror = {
        player.name: worlds.players_named(player.name.replace("T01", "T02"))[0]
        for player in [*ours.starters, *ours.bench]
    }
    theirs = replace(
        ours,
        starters=[mirror[player.name] for player in ours.starters],
        bench=[mirror[player.name] for player in ours.bench],
        captain=mirror[ours.captain.name],
    )
    return ours, theirs


@pytest.mark.django_db(transaction=True)
def test_they_end_in_one_of_the_two_line_ups_never_in_a_mixture(league, open_round, two_selections):
    team = worlds.team_of("Anna")
    start = Barrier(2)

    def save(selection):
        try:
            for _ in range(ROUNDS_OF_SAVING):
                start.wait(timeout=30)
                save_lineup(team, open_round, selection)
                start.wait(timeout=30)
                assert_unmixed()
        finally:
            connection.close()

    def assert_unmixed():
        lineup = Lineup.objects.select_related("captain__team").get()
        codes = {place.player.team.code for place in lineup.places.select_related("player__team")}
        assert codes == {lineup.captain.team.code}
        assert len(lineup.places.all()) == 15

    with ThreadPoolExecutor(max_workers=2) as tabs:
        list(tabs.map(save, two_selections))


@pytest.mark.django_db(transaction=True)
def test_two_feeds_that_begin_a_round_carry_each_line_up_over_once(league, live_round, open_round):
    for name in ("Anna", "Ben", "Cleo"):
        worlds.create_lineup(worlds.team_of(name), live_round, worlds.legal_selection())
    start = Barrier(2)

    def begin(_feed):
        try:
            start.wait(timeout=30)
            return carry_over_lineups(open_round, batch=1)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as feeds:
        carried = list(feeds.map(begin, range(2)))
    assert sum(carried) == 3
    assert Lineup.objects.filter(round=open_round).count() == 3
