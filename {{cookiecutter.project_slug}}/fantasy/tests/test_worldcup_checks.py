"""Values that cannot be, or do not fit each other."""

from datetime import UTC, date, datetime

import pytest

from fantasy.feed import Clock
from fantasy.tests.small_cup import SmallCup
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.times import parse_date, parse_minute, parse_time
from fantasy.worldcup.tournament import read_tournament


@pytest.fixture
def cup(tmp_path):
    return SmallCup(tmp_path)


def complaint(cup):
    with pytest.raises(WorldCupFileError) as refused:
        read_tournament(cup.write())
    return str(refused.value)


# -- Dates, times, minutes -------------------------------------------------------------------------


def test_a_kick_off_has_its_time_zone():
    time = parse_time("13:00 UTC-6")
    assert datetime.combine(parse_date("2026-06-11"), time) == datetime(
        2026, 6, 11, 19, 0, tzinfo=UTC
    )
    assert datetime.combine(parse_date("2026-06-11"), parse_time("00:30 UTC+5:30")) == datetime(
        2026, 6, 10, 19, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text",
    [
        "25:00 UTC-6",
        "13:60 UTC-6",
        "13:00",
        "13:00 UTC-24",
        "1pm",
        "",
        "13:00 UTC-6 ",
        "٣:00 UTC+3",
    ],
)
def test_an_impossible_time_is_refused_with_its_place(cup, text):
    cup.opening["time"] = text
    assert complaint(cup) == (
        f'worldcup.json, matches[3].time: "{text}" is no time; expected for example "13:00 UTC-6".'
    )


def test_a_date_is_read():
    assert parse_date("2026-06-11") == date(2026, 6, 11)


@pytest.mark.parametrize("text", ["2026-06-31", "11.06.2026", "", "1926-06-11", "9999-12-31"])
def test_an_impossible_date_is_refused_with_its_place(cup, text):
    cup.opening["date"] = text
    assert complaint(cup) == (
        f'worldcup.json, matches[3].date: "{text}" is no date; expected for example "2026-06-11".'
    )


@pytest.mark.parametrize(
    ("text", "clock"),
    [("7", (7, 0)), ("45+2", (45, 2)), ("90+12", (90, 12)), ("105+1", (105, 1)), ("120", (120, 0))],
)
def test_a_minute_is_read(text, clock):
    assert parse_minute(text) == Clock(*clock)


@pytest.mark.parametrize("text", ["0", "121", "90+", "+4", "9.5", "", "-7", "90 + 4", "x"])
def test_an_impossible_minute_is_refused_with_its_place(cup, text):
    cup.opening["goals1"][1]["minute"] = text
    assert complaint(cup) == (
        f'worldcup.json, matches[3].goals1[1].minute: "{text}" is no minute; '
        'expected for example "7" or "90+4".'
    )


@pytest.mark.parametrize("text", ["44+1", "90+0"])
def test_stoppage_time_follows_the_end_of_a_half(cup, text):
    cup.opening["goals1"][1]["minute"] = text
    assert complaint(cup) == (
        f'worldcup.json, matches[3].goals1[1].minute: "{text}" is no minute: '
        "a half ends after 45, 90, 105 or 120."
    )


# -- Values that do not fit each other -------------------------------------------------------------


def test_a_squad_named_twice_is_refused(cup):
    cup.squads.append(cup.squads[1])
    assert complaint(cup) == (
        "worldcup.squads.json, [4]: the squad of Borduria (BOR) is there twice. "
        "Remove one of the two."
    )


def test_a_squad_named_twice_under_another_code_is_refused(cup):
    cup.squads[2]["name"] = "Bordúria"
    assert complaint(cup) == (
        'worldcup.squads.json, [2].name: "Bordúria" is SYL here and BOR before. '
        "Correct one of them."
    )


def test_a_team_named_twice_is_refused(cup):
    cup.teams.append(cup.teams[1])
    assert complaint(cup) == (
        "worldcup.teams.json, [4].fifa_code: BOR is there twice. Remove one of the two."
    )


def test_a_squad_of_an_unknown_team_is_refused(cup):
    cup.squads[1]["fifa_code"] = "BRD"
    assert "worldcup.squads.json, [1]" in complaint(cup)
    assert "BRD" in complaint(cup)


def test_a_shirt_number_that_two_players_have_is_refused(cup):
    cup.player("BOR", 3)["number"] = 2
    assert complaint(cup) == (
        "worldcup.squads.json, [1].players[2].number: Petar Sučić has the number 2 of Luka Sučić, "
        "in the squad of Borduria. Correct one of them."
    )


@pytest.mark.parametrize("key", ["team1", "team2"])
def test_a_match_of_a_team_without_squad_is_refused(cup, key):
    cup.opening[key] = "Atlantis"
    assert complaint(cup) == (
        f'worldcup.json, matches[3].{key}: "Atlantis" has no squad in worldcup.squads.json. '
        "Add it, or correct the name."
    )


def test_a_known_team_needs_a_squad_too(cup):
    del cup.squads[1]
    assert complaint(cup).startswith(
        'worldcup.json, matches[1].team2: "Borduria" has no squad in worldcup.squads.json.'
    )


def test_a_team_cannot_play_against_itself(cup):
    cup.opening["team2"] = "Arkadia"
    assert complaint(cup).startswith("worldcup.json, matches[3].team2: Arkadia cannot play against")


def test_a_number_that_two_matches_have_is_refused(cup):
    cup.opening["num"] = 4
    assert complaint(cup) == (
        "worldcup.json, matches[3].num: 4 is the number of two matches. Correct one of them."
    )


def test_a_match_that_is_there_twice_is_refused(cup):
    cup.matches.append(cup.opening)
    assert complaint(cup) == (
        "worldcup.json, matches[4]: ARK and BOR meet twice in Matchday 1. Remove one of the two."
    )


def test_goals_without_a_score_are_refused(cup):
    del cup.opening["score"]
    assert complaint(cup) == 'worldcup.json, matches[3]: has goals, but no "score". Add it.'


def test_more_goals_than_the_score_says_are_refused(cup):
    cup.opening["score"]["ft"] = [1, 1]
    assert complaint(cup) == (
        "worldcup.json, matches[3].goals1: there are 2 goals, but 1 in the score. "
        "Correct one of them."
    )


def test_a_score_after_extra_time_below_that_after_90_minutes_is_refused(cup):
    cup.final["score"]["et"] = [1, 0]
    assert complaint(cup).startswith('worldcup.json, matches[0].score.et: is less than "ft"; it is')


def test_an_own_goal_from_a_penalty_is_refused(cup):
    cup.opening["goals1"][0]["penalty"] = True
    assert complaint(cup).startswith(
        'worldcup.json, matches[3].goals1[0]: cannot be both "owngoal" and "penalty".'
    )
