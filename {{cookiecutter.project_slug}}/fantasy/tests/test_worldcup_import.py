from datetime import UTC, date, datetime

import pytest

from fantasy.models import Competition, Match, MatchEvent, Player, PlayerPoints, Round, Team
from fantasy.tests import worlds
from fantasy.tests.small_cup import SmallCup, everything, goals, points
from fantasy.worldcup.importer import import_worldcup

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup(tmp_path):
    return SmallCup(tmp_path)


@pytest.fixture
def imported(cup):
    """The small cup, imported once."""
    import_worldcup(cup.write())
    return cup


def test_the_competition_begins_on_its_first_day_where_it_is_played(imported):
    competition = Competition.objects.get()
    assert (competition.name, competition.slug) == ("Small Cup 2030", "small-cup-2030")
    assert competition.starts_on == date(2030, 7, 1)
    assert competition.scoring_rules.count() == 36


def test_rounds_are_numbered_in_the_order_of_their_first_kick_offs(imported):
    assert list(Round.objects.order_by("number").values_list("number", "name", "deadline")) == [
        (1, "Matchday 1", datetime(2030, 7, 1, 19, 0, tzinfo=UTC)),
        (2, "Matchday 2", datetime(2030, 7, 5, 19, 0, tzinfo=UTC)),
        (3, "Final", datetime(2030, 7, 9, 16, 30, tzinfo=UTC)),
    ]


def test_teams_have_the_names_of_the_schedule_and_the_codes_of_the_squads(imported):
    assert list(Team.objects.order_by("code").values_list("code", "name", "flag", "group")) == [
        ("ARK", "Arkadia", "🦉", "A"),
        ("BOR", "Borduria", "🐗", "A"),
        ("SYL", "Syldavia", "🦢", "B"),
        ("UIS", "UI", "🐙", "B"),
    ]


def test_players_are_imported_with_their_plain_names(imported):
    assert Player.objects.count() == 16
    player = Player.objects.get(team__code="ARK", number=3)
    assert (player.name, player.plain_name) == ("Łukasz Đoković", "Lukasz Dokovic")
    assert (player.position, player.club, player.born_on) == ("MF", "FC ARK", date(2001, 1, 3))


def test_matches_without_number_are_numbered_by_kick_off(imported):
    assert list(
        Match.objects.order_by("number").values_list("number", "home__code", "away__code", "stage")
    ) == [
        (1, "ARK", "BOR", "Group A"),
        (2, "UIS", "SYL", "Group B"),
        (3, "UIS", "BOR", "Group B"),
        (4, "ARK", "SYL", "Final"),
    ]


def test_a_played_match_is_finished(imported):
    match = Match.objects.get(number=1)
    assert (match.status, match.minute, match.extra_time) == ("finished", 90, False)
    assert (match.home_goals, match.away_goals, match.home_penalties) == (2, 1, None)
    assert match.kickoff_at == datetime(2030, 7, 1, 19, 0, tzinfo=UTC)
    assert match.ground == "Zilina"


def test_the_score_after_extra_time_counts_and_the_shoot_out_does_not(imported):
    match = Match.objects.get(number=4)
    assert (match.status, match.minute, match.extra_time) == ("finished", 120, True)
    assert (match.home_goals, match.away_goals) == (2, 2)
    assert (match.home_penalties, match.away_penalties) == (4, 2)


def test_a_match_without_score_is_scheduled(imported):
    match = Match.objects.get(number=3)
    assert (match.status, match.minute, match.home_goals) == ("scheduled", 0, 0)


def test_goals_are_in_the_order_of_the_clock(imported):
    assert goals(4) == [
        (7, 0, "goal", "Raúl Jiménez", "ARK"),
        (90, 4, "goal", "Trovik Szohôd", "SYL"),
        (105, 1, "goal", "Raúl Jiménez", "ARK"),
        (120, 0, "goal", "Boris Jorgen", "SYL"),
    ]
    assert list(MatchEvent.objects.filter(match__number=4).values_list("sequence", flat=True)) == [
        1,
        2,
        3,
        4,
    ]


def test_an_own_goal_is_scored_by_the_other_squad_for_the_side_that_gains(imported):
    assert goals(1)[1] == (51, 0, "own_goal", "Jonas Weiß Jr.", "ARK")


def test_a_penalty_is_told_from_other_goals(imported):
    assert goals(1)[0] == (8, 0, "penalty_goal", "Łukasz Đoković", "ARK")


def test_minute_92_without_extra_time_is_stoppage_time(imported):
    assert goals(1)[2] == (90, 2, "goal", "Luka Sučić", "BOR")


def test_points_follow_from_the_goals(imported):
    assert points() == {
        "Łukasz Đoković": 4,  # a midfielder's penalty
        "Jonas Weiß Jr.": -2,
        "Luka Sučić": 6,  # a defender
        "Raúl Jiménez": 12,  # two goals of a defender
        "Trovik Szohôd": 4,
        "Boris Jorgen": 5,
    }


def test_an_uncertain_goal_is_given_to_nobody_and_listed(cup):
    cup.opening["goals2"][0]["name"] = "Sucic"
    imported = import_worldcup(cup.write())
    assert [goal[3] for goal in goals(1)] == ["Łukasz Đoković", "Jonas Weiß Jr."]
    assert Match.objects.get(number=1).away_goals == 1
    (refused,) = imported.goals.refused
    assert (refused.goal.name, refused.reason) == ("Sucic", "could be Luka Sučić or Petar Sučić")


def test_an_own_goal_is_not_given_to_a_namesake_of_the_side_that_gains(cup):
    cup.player("ARK", 4)["name"] = "Jonas Weiss"
    cup.player("BOR", 4)["name"] = "Somebody Else"
    imported = import_worldcup(cup.write())
    assert [refused.goal.name for refused in imported.goals.refused] == ["Jonas Weiss"]


def test_the_import_takes_few_queries_however_many_players_there_are(
    cup, django_assert_max_num_queries
):
    import_worldcup(cup.write())
    for squad in cup.squads:
        squad["players"] += [
            {"number": number, "pos": "FW", "name": f"{squad['fifa_code']} player {number}"}
            for number in range(5, 99)
        ]
    cup.write()
    with django_assert_max_num_queries(60):
        import_worldcup(cup.directory)
    assert Player.objects.count() == 392


def test_other_competitions_are_left_alone(cup):
    other = worlds.create_competition()
    before = list(Player.objects.filter(team__competition=other).values())
    matches = list(Match.objects.of(other).values())
    import_worldcup(cup.write())
    import_worldcup(cup.directory)
    assert list(Player.objects.filter(team__competition=other).values()) == before
    assert list(Match.objects.of(other).values()) == matches
    assert Competition.objects.count() == 2


# -- Without results -------------------------------------------------------------------------------


def test_without_results_all_matches_are_to_come(cup):
    import_worldcup(cup.write(), results=False)
    assert Player.objects.count() == 16
    assert set(Match.objects.values_list("status", "home_goals")) == {("scheduled", 0)}
    assert not MatchEvent.objects.exists()
    assert not PlayerPoints.objects.exists()


def test_without_results_a_competition_that_is_there_stays_as_it_is(imported):
    Match.objects.update(kickoff_at=datetime(2031, 1, 1, tzinfo=UTC))
    before = everything()
    imported.player("BOR", 2)["name"] = "Somebody Else"
    import_worldcup(imported.write(), results=False)
    assert everything() == before
