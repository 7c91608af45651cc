"""What the database itself refuses, whoever writes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone

from fantasy.models import (
    FantasyTeam,
    League,
    Lineup,
    LineupPlace,
    Match,
    Membership,
    Player,
    PlayerPoints,
    Round,
    ScoringRule,
)
from fantasy.tests import worlds


@pytest.fixture
def lineup(league, open_round):
    return worlds.create_lineup(worlds.team_of("Anna"), open_round, worlds.legal_selection())


def refused(operation):
    with pytest.raises(IntegrityError), transaction.atomic():
        operation()


class TestUnique:
    def test_a_player_stands_in_a_line_up_once(self, lineup):
        [keeper] = worlds.players_named("T01 GK 1")
        LineupPlace.objects.filter(lineup=lineup, place=15).delete()
        refused(lambda: LineupPlace.objects.create(lineup=lineup, place=15, player=keeper))

    def test_a_place_is_taken_once(self, lineup):
        [other] = worlds.players_named("T02 GK 1")
        refused(lambda: LineupPlace.objects.create(lineup=lineup, place=15, player=other))

    def test_a_team_has_one_line_up_per_round(self, lineup):
        refused(
            lambda: Lineup.objects.create(
                team=lineup.team,
                round=lineup.round,
                captain=lineup.captain,
                saved_at=timezone.now(),
            )
        )

    def test_a_user_is_a_member_once(self, league):
        refused(lambda: Membership.objects.create(league=league, user=league.owner))

    def test_league_names_differ_within_a_competition(self, league):
        refused(
            lambda: League.objects.create(
                competition=league.competition, name=league.name, owner=league.owner
            )
        )

    def test_round_numbers_differ_within_a_competition(self, open_round):
        refused(
            lambda: Round.objects.create(
                competition=open_round.competition,
                number=open_round.number,
                name="Other",
                deadline=timezone.now() + timedelta(days=1),
            )
        )

    def test_a_player_has_one_total_per_round(self, open_round):
        [keeper] = worlds.players_named("T01 GK 1")
        PlayerPoints.objects.create(player=keeper, round=open_round)
        refused(lambda: PlayerPoints.objects.create(player=keeper, round=open_round))

    def test_there_is_one_rule_per_kind_and_position(self, competition):
        refused(
            lambda: ScoringRule.objects.create(
                competition=competition, kind="goal", position="FW", points=1
            )
        )

    def test_a_shirt_number_is_worn_once(self, competition):
        team = competition.teams.get(code="T01")
        refused(lambda: Player.objects.create(team=team, name="Twin", position="FW", number=1))


class TestChecks:
    @pytest.mark.parametrize("place", [0, 16])
    def test_places_are_1_to_15(self, lineup, place):
        [other] = worlds.players_named("T02 GK 1")
        refused(lambda: LineupPlace.objects.create(lineup=lineup, place=place, player=other))

    def test_a_team_does_not_play_itself(self, open_round):
        match = open_round.matches.first()
        refused(lambda: Match.objects.filter(pk=match.pk).update(away=match.home_id))

    def test_a_match_has_a_known_status(self, open_round):
        refused(lambda: open_round.matches.update(status="postponed"))

    def test_a_shoot_out_has_two_sides(self, open_round):
        refused(lambda: open_round.matches.update(home_penalties=3))

    def test_a_player_has_a_known_position(self, competition):
        refused(lambda: Player.objects.update(position="XX"))

    def test_an_event_has_a_known_kind(self, competition):
        refused(lambda: ScoringRule.objects.filter(kind="goal").update(kind="offside"))


class TestDeletion:
    def test_a_player_in_a_line_up_stays(self, lineup):
        with pytest.raises(RestrictedError):
            lineup.captain.delete()

    def test_a_competition_goes_with_all_that_belongs_to_it(self, lineup, live_round):
        match = live_round.matches.first()
        [keeper] = worlds.players_named("T01 GK 1")
        match.events.create(sequence=1, kind="goal", player=keeper, team=match.home, minute=1)
        lineup.round.competition.delete()
        assert not Player.objects.exists()
        assert not Lineup.objects.exists()

    def test_the_owner_of_a_league_stays(self, league):
        with pytest.raises(ProtectedError):
            league.owner.delete()

    def test_a_member_who_leaves_takes_team_and_line_ups_along(self, league, open_round):
        ben = worlds.team_of("Ben")
        worlds.create_lineup(ben, open_round, worlds.legal_selection())
        ben.membership.user.delete()
        assert not FantasyTeam.objects.filter(pk=ben.pk).exists()
        assert Lineup.objects.count() == 0
        assert League.objects.get().memberships.count() == 2
