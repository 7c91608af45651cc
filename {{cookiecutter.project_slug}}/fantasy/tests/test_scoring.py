import pytest
from django.db import IntegrityError, transaction

from fantasy.feed import Clock, FeedEvent, MatchFeed
from fantasy.matchday import finish, kick_off, reach_minute, record, rewind
from fantasy.models import EventKind, Match, MatchEvent, PlayerPoints
from fantasy.scoring import update_points
from fantasy.tests.worlds import players_named


@pytest.fixture
def match(live_round):
    """T01 against T02, live."""
    return live_round.matches.get(home__code="T01")


def event(sequence, kind, player, team=None, minute=10):
    return FeedEvent(sequence, Clock(minute), kind, player.pk, (team or player.team).pk)


def points():
    rows = PlayerPoints.objects.select_related("player")
    return {row.player.name: row.points for row in rows}


class TestRecord:
    def test_a_goal_moves_the_score_and_gives_points_by_position(self, match):
        forward, defender = players_named("T01 FW 17", "T02 DF 3")
        record(match.pk, event(1, EventKind.GOAL, forward))
        record(match.pk, event(2, EventKind.GOAL, defender))
        match.refresh_from_db()
        assert (match.home_goals, match.away_goals) == (1, 1)
        assert points() == {"T01 FW 17": 4, "T02 DF 3": 6}

    def test_an_own_goal_counts_for_the_other_side_and_costs_its_scorer_points(self, match):
        [unlucky] = players_named("T02 DF 3")
        record(match.pk, event(1, EventKind.OWN_GOAL, unlucky, team=match.home))
        match.refresh_from_db()
        assert (match.home_goals, match.away_goals) == (1, 0)
        assert points() == {"T02 DF 3": -2}

    def test_the_same_event_again_changes_nothing(self, match):
        [forward] = players_named("T01 FW 17")
        goal = event(1, EventKind.GOAL, forward)
        assert record(match.pk, goal) is True
        assert record(match.pk, goal) is False
        match.refresh_from_db()
        assert match.home_goals == 1
        assert points() == {"T01 FW 17": 4}

    def test_points_of_several_events_add_up(self, match):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        record(match.pk, event(2, EventKind.ASSIST, forward))
        record(match.pk, event(3, EventKind.YELLOW_CARD, forward))
        assert points() == {"T01 FW 17": 4 + 3 - 1}

    def test_a_card_leaves_the_score_alone(self, match):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.RED_CARD, forward))
        match.refresh_from_db()
        assert (match.home_goals, match.away_goals) == (0, 0)

    def test_the_database_refuses_a_second_event_of_the_same_number(self, match):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        with pytest.raises(IntegrityError), transaction.atomic():
            MatchEvent.objects.create(
                match=match, sequence=1, kind="goal", player=forward, team=match.home, minute=1
            )


class TestUpdatePoints:
    def test_points_follow_changed_rules(self, match, competition):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        competition.scoring_rules.filter(kind="goal", position="FW").update(points=7)
        update_points(match.round)
        assert points() == {"T01 FW 17": 7}

    def test_points_without_events_disappear(self, match):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        MatchEvent.objects.all().delete()
        update_points(match.round)
        assert points() == {}

    def test_other_rounds_stay_untouched(self, match, competition):
        [forward] = players_named("T01 FW 17")
        first = competition.rounds.get(number=1)
        PlayerPoints.objects.create(player=forward, round=first, points=9)
        record(match.pk, event(1, EventKind.GOAL, forward))
        assert PlayerPoints.objects.get(round=first).points == 9


class TestMatchDay:
    def test_a_match_is_kicked_off_once(self, live_round):
        match = live_round.matches.get(home__code="T03")
        assert kick_off(match.pk) is True
        assert kick_off(match.pk) is False
        match.refresh_from_db()
        assert match.is_live

    def test_the_clock_never_goes_back(self, match):
        assert reach_minute(match.pk, 30) is True
        assert reach_minute(match.pk, 29) is False
        match.refresh_from_db()
        assert match.minute == 30

    def test_the_final_whistle_records_extra_time_and_the_shoot_out(self, match):
        finish(MatchFeed(match_id=match.pk, events=(), extra_time=True, shootout=(3, 4)))
        match.refresh_from_db()
        assert match.status == Match.Status.FINISHED
        assert (match.minute, match.extra_time) == (120, True)
        assert (match.home_penalties, match.away_penalties) == (3, 4)

    def test_a_rewound_round_is_as_if_it_had_not_been_played(self, match):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        rewind(match.round)
        match.refresh_from_db()
        assert (match.status, match.home_goals, match.minute) == ("scheduled", 0, 0)
        assert points() == {}
        assert not match.events.exists()


# What the usual rules say, position by position: GK, DF, MF, FW.
USUAL_POINTS = [
    ("goal", [10, 6, 5, 4]),
    ("penalty_goal", [8, 5, 4, 3]),
    ("own_goal", [-2, -2, -2, -2]),
    ("assist", [3, 3, 3, 3]),
    ("penalty_missed", [-2, -2, -2, -2]),
    ("penalty_saved", [5, 5, 5, 5]),
    ("yellow_card", [-1, -1, -1, -1]),
    ("red_card", [-3, -3, -3, -3]),
    ("clean_sheet", [4, 4, 1, 0]),
]


@pytest.mark.parametrize(("kind", "expected"), USUAL_POINTS)
def test_the_usual_rules(match, kind, expected):
    names = ["T01 GK 1", "T01 DF 3", "T01 MF 10", "T01 FW 17"]
    for sequence, player in enumerate(players_named(*names), start=1):
        record(match.pk, event(sequence, EventKind(kind), player))
    assert [points()[name] for name in names] == expected


class TestAdmin:
    def test_a_changed_rule_changes_the_points(self, match, admin_client):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        rule = match.round.competition.scoring_rules.get(kind="goal", position="FW")
        data = {"competition": rule.competition_id, "kind": "goal", "position": "FW", "points": 9}
        response = admin_client.post(f"/admin/fantasy/scoringrule/{rule.pk}/change/", data)
        assert response.status_code == 302
        assert points() == {"T01 FW 17": 9}

    def test_a_deleted_event_takes_its_points_along(self, match, admin_client):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        goal = match.events.get()
        admin_client.post(f"/admin/fantasy/matchevent/{goal.pk}/delete/", {"post": "yes"})
        assert points() == {}

    def test_events_deleted_from_the_list_take_their_points_along(self, match, admin_client):
        [forward] = players_named("T01 FW 17")
        record(match.pk, event(1, EventKind.GOAL, forward))
        record(match.pk, event(2, EventKind.YELLOW_CARD, forward))
        goal = match.events.get(sequence=1)
        data = {"action": "delete_selected", "_selected_action": [goal.pk], "post": "yes"}
        admin_client.post("/admin/fantasy/matchevent/", data)
        assert points() == {"T01 FW 17": -1}


def test_an_event_is_recorded_as_a_whole_or_not_at_all(match, monkeypatch):
    def fail(*args):
        raise RuntimeError("killed")

    monkeypatch.setattr("fantasy.matchday.update_points", fail)
    [forward] = players_named("T01 FW 17")
    with pytest.raises(RuntimeError):
        record(match.pk, event(1, EventKind.GOAL, forward))
    match.refresh_from_db()
    assert match.home_goals == 0
    assert not match.events.exists()
