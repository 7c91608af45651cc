import pytest

from fantasy.models import League, PlayerPoints
from fantasy.tests import worlds


@pytest.fixture
def earn(live_round):
    """Gives a player points in the live round."""

    def give(name, points):
        [player] = worlds.players_named(name)
        PlayerPoints.objects.create(player=player, round=live_round, points=points)

    return give


def table_of(league):
    return League.cached.page(league.pk).table


def lines(table):
    return [(row.rank, row.team.name, row.by_round, row.total) for row in table.rows]


def test_starters_count_the_captain_twice_the_bench_not(league, live_round, earn):
    worlds.create_lineup(worlds.team_of("Anna"), live_round, worlds.legal_selection())
    earn("T01 FW 17", 5)  # the captain
    earn("T01 DF 3", 2)
    earn("T01 FW 19", 100)  # on the bench
    earn("T02 FW 17", 100)  # in nobody's line-up
    assert lines(table_of(league))[0] == (1, "Anna's team", (12,), 12)


def test_equal_totals_share_a_rank(league, live_round, earn):
    for name in ("Anna", "Ben"):
        worlds.create_lineup(worlds.team_of(name), live_round, worlds.legal_selection())
    earn("T01 DF 3", 2)
    assert lines(table_of(league)) == [
        (1, "Anna's team", (2,), 2),
        (1, "Ben's team", (2,), 2),
        (3, "Cleo's team", (0,), 0),
    ]


def test_rounds_add_up(league, competition, live_round, earn):
    first = competition.rounds.get(number=1)
    anna = worlds.team_of("Anna")
    worlds.create_lineup(anna, first, worlds.legal_selection(captain="T01 DF 3"))
    worlds.create_lineup(anna, live_round, worlds.legal_selection())
    [defender] = worlds.players_named("T01 DF 3")
    PlayerPoints.objects.create(player=defender, round=first, points=4)
    earn("T01 DF 3", 1)
    table = table_of(league)
    assert [round_.number for round_ in table.rounds] == [1, 2]
    assert lines(table)[0] == (1, "Anna's team", (8, 1), 9)


def test_line_ups_for_a_round_that_is_still_open_are_not_shown(league, open_round):
    worlds.create_lineup(worlds.team_of("Anna"), open_round, worlds.legal_selection())
    table = table_of(league)
    assert table.rounds == ()
    assert [row.places for row in table.rows] == [(), (), ()]


def test_reading_a_league_needs_three_queries_whatever_its_size(
    competition, live_round, django_assert_num_queries
):
    for names in (("Anna", "Ben"), ("Cleo", "Dora", "Emil", "Fay", "Gus")):
        league = worlds.create_league_of(competition, *names, name=f"League of {names[0]}")
        for name in names:
            worlds.create_lineup(worlds.team_of(name), live_round, worlds.legal_selection())
        with django_assert_num_queries(3):
            roster = League.cached.roster(league.pk)
        assert [team.manager for team in roster.teams] == list(names)
        assert all(len(team.lineups[0].starters) == 11 for team in roster.teams)
