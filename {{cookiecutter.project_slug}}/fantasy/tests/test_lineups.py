from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from fantasy.lineups import DeadlinePassedError, carry_over_lineups, save_lineup
from fantasy.models import Lineup, Round
from fantasy.tests import worlds


@pytest.fixture
def team(league):
    return worlds.team_of("Anna")


class TestProblems:
    def test_a_legal_line_up_has_none(self, competition):
        assert worlds.legal_selection().problems() == []

    def test_the_number_of_players(self, competition):
        selection = worlds.legal_selection()
        selection = replace(selection, starters=selection.starters[:-1], bench=selection.bench[:-1])
        assert selection.problems()[:2] == [
            "11 players start; you have 10.",
            "4 players sit on the bench; you have 3.",
        ]

    def test_a_player_who_is_there_twice(self, competition):
        selection = worlds.legal_selection()
        bench = [*selection.bench[:-1], selection.starters[-1]]
        assert replace(selection, bench=bench).problems() == [
            "T01 FW 18 is in your line-up 2 times."
        ]

    def test_two_goalkeepers_and_too_few_forwards(self, competition):
        selection = worlds.legal_selection()
        starters = worlds.players_named("T02 GK 1", "T02 DF 3")
        starters = [*selection.starters[:-2], *starters]
        selection = replace(selection, starters=starters, captain=starters[0])
        assert selection.problems() == [
            "Goalkeepers who start: 1; you have 2.",
            "Forwards who start: 1 to 3; you have 0.",
        ]

    def test_no_goalkeeper_on_the_bench(self, competition):
        selection = worlds.legal_selection()
        bench = [*worlds.players_named("T02 MF 10"), *selection.bench[1:]]
        assert replace(selection, bench=bench).problems() == [
            "Goalkeepers on the bench: 1; you have 0."
        ]

    @pytest.mark.parametrize("captain", [None, "T01 DF 7"])
    def test_a_captain_who_does_not_start(self, competition, captain):
        player = worlds.players_named(captain)[0] if captain else None
        selection = replace(worlds.legal_selection(), captain=player)
        assert selection.problems() == ["Choose a captain among the players who start."]


class TestSaveLineup:
    def test_starters_stand_in_the_order_of_a_team_sheet(self, team, open_round):
        selection = worlds.legal_selection()
        mixed = replace(selection, starters=selection.starters[::-1])
        lineup = save_lineup(team, open_round, mixed)
        positions = [place.player.position for place in lineup.places.select_related("player")]
        assert positions == [
            *["GK"], *["DF"] * 4, *["MF"] * 4, *["FW"] * 2, "GK", "DF", "MF", "FW",
        ]  # fmt: skip

    def test_a_second_save_replaces_the_first(self, team, open_round):
        save_lineup(team, open_round, worlds.legal_selection())
        save_lineup(team, open_round, worlds.legal_selection(captain="T01 DF 3"))
        lineup = Lineup.objects.get()
        assert lineup.captain.name == "T01 DF 3"
        assert lineup.places.count() == 15

    def test_after_the_deadline_nothing_is_saved(self, team, live_round):
        with pytest.raises(DeadlinePassedError):
            save_lineup(team, live_round, worlds.legal_selection())
        assert not Lineup.objects.exists()

    def test_a_deadline_that_was_moved_while_the_page_stood_open_counts(self, team, open_round):
        Round.objects.update(deadline=timezone.now() - timedelta(seconds=1))
        with pytest.raises(DeadlinePassedError):
            save_lineup(team, open_round, worlds.legal_selection())


class TestCarryOver:
    def test_a_team_without_a_line_up_gets_its_latest_one(self, team, live_round, open_round):
        worlds.create_lineup(team, live_round, worlds.legal_selection())
        assert carry_over_lineups(open_round) == 1
        copy = Lineup.objects.get(round=open_round)
        assert copy.captain.name == "T01 FW 17"
        assert [place.player.name for place in copy.places.all()][:2] == ["T01 GK 1", "T01 DF 3"]

    def test_what_a_team_has_chosen_itself_stays(self, team, live_round, open_round):
        worlds.create_lineup(team, live_round, worlds.legal_selection())
        worlds.create_lineup(team, open_round, worlds.legal_selection(captain="T01 DF 3"))
        assert carry_over_lineups(open_round) == 0
        assert Lineup.objects.get(round=open_round).captain.name == "T01 DF 3"

    def test_it_can_be_repeated(self, team, live_round, open_round):
        worlds.create_lineup(team, live_round, worlds.legal_selection())
        carry_over_lineups(open_round)
        assert carry_over_lineups(open_round) == 0
        assert Lineup.objects.count() == 2

    def test_a_team_that_never_had_one_gets_none(self, team, open_round):
        assert carry_over_lineups(open_round) == 0

    def test_the_latest_of_several_is_taken(self, team, competition, live_round, open_round):
        first = competition.rounds.get(number=1)
        worlds.create_lineup(team, first, worlds.legal_selection(captain="T01 DF 3"))
        worlds.create_lineup(team, live_round, worlds.legal_selection())
        carry_over_lineups(open_round)
        assert Lineup.objects.get(round=open_round).captain.name == "T01 FW 17"

    def test_batches_are_carried_over_one_by_one(self, league, live_round, open_round):
        for name in ("Anna", "Ben", "Cleo"):
            worlds.create_lineup(worlds.team_of(name), live_round, worlds.legal_selection())
        assert carry_over_lineups(open_round, batch=2) == 3
        assert Lineup.objects.filter(round=open_round).count() == 3
