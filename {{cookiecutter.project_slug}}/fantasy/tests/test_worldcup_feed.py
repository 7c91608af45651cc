import pytest

from fantasy.feed import Clock
from fantasy.models import Competition, EventKind, Match, Player, Round, Team
from fantasy.replay import replay, start_round, timeline
from fantasy.tests.small_cup import SmallCup
from fantasy.worldcup.feed import match_feeds
from fantasy.worldcup.files import WorldCupFileError
from fantasy.worldcup.importer import import_worldcup

pytestmark = pytest.mark.django_db


@pytest.fixture
def cup(tmp_path):
    """The small cup, imported without results."""
    cup = SmallCup(tmp_path)
    import_worldcup(cup.write(), results=False)
    return cup


def feeds_of(cup, number):
    return match_feeds(cup.directory, Round.objects.get(number=number))


def test_a_feed_tells_what_happened_in_a_match(cup):
    (feed,) = feeds_of(cup, 3)
    assert feed.match_id == Match.objects.get(number=4).pk
    assert (feed.minutes, feed.shootout) == (120, (4, 2))
    assert [event.sequence for event in feed.events] == [1, 2, 3, 4]
    assert feed.events[2].clock == Clock(105, 1)
    assert feed.events[2].player_id == Player.objects.get(name="Raúl Jiménez").pk
    assert feed.events[2].team_id == Team.objects.get(code="ARK").pk


def test_an_own_goal_counts_for_the_other_side(cup):
    opening, _goalless = feeds_of(cup, 1)
    own_goal = opening.events[1]
    assert own_goal.kind == EventKind.OWN_GOAL
    assert own_goal.player_id == Player.objects.get(name="Jonas Weiß Jr.").pk
    assert own_goal.team_id == Team.objects.get(code="ARK").pk


def test_a_round_has_the_feeds_of_its_matches_in_the_order_of_their_kick_offs(cup):
    assert [feed.match_id for feed in feeds_of(cup, 1)] == [
        Match.objects.get(number=1).pk,
        Match.objects.get(number=2).pk,
    ]


def test_a_match_without_a_score_has_no_feed(cup):
    assert feeds_of(cup, 2) == []


def test_an_uncertain_goal_is_left_out(cup):
    cup.opening["goals2"][0]["name"] = "Sucic"
    cup.write()
    assert [event.sequence for event in feeds_of(cup, 1)[0].events] == [1, 2]


def test_files_that_the_database_does_not_have_are_refused(cup):
    cup.player("ARK", 2)["name"] = "Raúl Jimenes"
    cup.write()
    with pytest.raises(WorldCupFileError, match=r"^worldcup.json: .*Raúl Jimenes.*import_worldcup"):
        feeds_of(cup, 3)


def test_a_match_that_the_database_does_not_have_is_refused(cup):
    Match.objects.all().delete()
    with pytest.raises(WorldCupFileError, match=r"^worldcup.json: .*ARK.*import_worldcup"):
        feeds_of(cup, 3)


def test_a_replay_ends_with_what_an_import_brings(cup):
    for round_ in Competition.objects.get().rounds.all():
        start_round(round_)
        steps = timeline(round_, match_feeds(cup.directory, round_))
        replay(round_, steps, 1000, report=lambda step: None, sleep=lambda seconds: None)
    played = results()
    import_worldcup(cup.directory)
    assert results() == played
    assert len(played) == 8  # seven goals, and the match without any


def results():
    return list(
        Match.objects.filter(status="finished")
        .order_by("number", "events__sequence")
        .values_list(
            *["number", "minute", "home_goals", "away_goals", "extra_time", "home_penalties"],
            *["events__kind", "events__player", "events__team", "events__minute"],
        )
    )
