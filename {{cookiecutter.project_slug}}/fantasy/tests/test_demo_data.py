import pytest
from django.core.management import CommandError, call_command

from fantasy.lineups import Selection
from fantasy.models import (
    Competition,
    FantasyTeam,
    League,
    Lineup,
    LineupPlace,
    Match,
    MatchEvent,
    Player,
)

pytestmark = pytest.mark.django_db


def demo_data(**options):
    call_command("demo_data", **{"leagues": 2, **options})


def snapshot():
    """The invented world by names, without keys and times."""
    return {
        "players": list(Player.objects.order_by("team__code", "number").values_list("name")),
        "results": list(
            Match.objects.order_by("number").values_list(
                "home__code", "home_goals", "away_goals", "away__code"
            )
        ),
        "teams": list(
            FantasyTeam.objects.order_by("membership__league__name", "pk").values_list("name")
        ),
        "places": list(
            LineupPlace.objects.order_by(
                "lineup__team__membership__league__name", "lineup__team", "place"
            ).values_list("player__team__code", "player__number")
        ),
    }


def test_a_league_has_twelve_teams_with_fifteen_players_each():
    demo_data(leagues=3)
    assert League.objects.count() == 3
    assert FantasyTeam.objects.count() == 36
    assert Lineup.objects.count() == 36
    assert LineupPlace.objects.count() == 540


def test_three_rounds_are_played_one_is_today_four_are_to_come():
    demo_data()
    competition = Competition.objects.get()
    states = [
        (round_.number, *set(round_.matches.values_list("status", flat=True)))
        for round_ in competition.rounds.all()
    ]
    played = [(number, "finished") for number in (1, 2, 3)]
    assert states == played + [(number, "scheduled") for number in (4, 5, 6, 7, 8)]
    assert competition.rounds.locked().first().number == 4
    assert competition.rounds.open().first().number == 5


def test_in_each_round_every_team_plays_once():
    demo_data()
    for round_ in Competition.objects.get().rounds.all():
        matches = round_.matches.all()
        teams = {match.home_id for match in matches} | {match.away_id for match in matches}
        assert (len(matches), len(teams)) == (8, 16)


def test_scores_agree_with_the_goals_on_record():
    demo_data()
    for match in Match.objects.results():
        goals = MatchEvent.objects.filter(
            match=match, kind__in=["goal", "penalty_goal", "own_goal"]
        )
        assert goals.filter(team=match.home).count() == match.home_goals
        assert goals.filter(team=match.away).count() == match.away_goals


def test_every_line_up_is_legal():
    demo_data(leagues=5)
    for lineup in Lineup.objects.prefetch_related("places__player__team").select_related("captain"):
        players = [place.player for place in lineup.places.all()]
        selection = Selection(players[:11], players[11:], lineup.captain)
        assert selection.problems() == []


@pytest.mark.django_db(transaction=True)  # it empties the database for good
def test_the_same_seed_makes_the_same_world():
    demo_data(seed=7)
    first = snapshot()
    call_command("flush", interactive=False, verbosity=0)
    demo_data(seed=7)
    assert snapshot() == first
    assert len(first["places"]) == 360


def test_another_seed_makes_another_competition_beside_it():
    demo_data(seed=1, leagues=1)
    demo_data(seed=2, leagues=1)
    first, second = Competition.objects.order_by("name")
    names = [set(c.teams.values_list("players__name", flat=True)) for c in (first, second)]
    assert len(names[0] & names[1]) < 100


def test_run_twice_it_adds_nothing():
    demo_data()
    before = snapshot()
    demo_data()
    assert snapshot() == before


def test_more_leagues_are_added_to_those_that_are_there():
    demo_data(leagues=60)
    all_at_once = snapshot()
    League.objects.all().delete()
    demo_data(leagues=7)
    demo_data(leagues=60)
    assert League.objects.count() == 60
    assert sorted(snapshot()["teams"]) == sorted(all_at_once["teams"])


def test_a_negative_number_is_refused():
    with pytest.raises(CommandError, match="whole numbers from 0 up"):
        demo_data(leagues=-1)
