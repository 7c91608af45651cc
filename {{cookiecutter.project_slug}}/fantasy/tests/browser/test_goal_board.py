"""What a visitor sees of the new scoreboard while it is on its way."""

import pytest
from playwright.sync_api import expect

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import record
from fantasy.models import EventKind
from fantasy.tests import worlds
from fantasy.tests.browser.test_watching import (
    GOOD_LAYOUT_SHIFT,
    LAYOUT_SHIFT,
    WATCH_LAYOUT_SHIFTS,
    wait_for_the_menu,
)
from fantasy.views.scoreboard import GOAL_SCORERS
from kickoff.rollout.models import Flag

SCORER = "T01 FW 17"


@pytest.fixture
def live_match(live_round):
    return live_round.matches.live().get()


@pytest.fixture
def flag(live_match):
    shoot(live_match, 1)
    return Flag.objects.create(name=GOAL_SCORERS, superusers=False, percent=50)


def shoot(match, sequence):
    (scorer,) = worlds.players_named(SCORER)
    goal = FeedEvent(sequence, Clock(10 + sequence), EventKind.GOAL, scorer.pk, scorer.team_id)
    record(match.pk, goal)


@pytest.fixture
def open_as(open_window, live_server, flag):
    """A function that opens a window of a visitor whom the flag has reached, or has not."""

    def open_as(*, has_it):
        ids = (f"visitor-{number:08}" for number in range(100))
        visitor_id = next(each for each in ids if flag.rule.reaches(each) == has_it)
        page = open_window()
        page.context.add_cookies([{"name": "visitor", "value": visitor_id, "url": live_server.url}])
        page.add_init_script(WATCH_LAYOUT_SHIFTS)
        with page.expect_response("**/own-board/") as answer:
            page.goto("/")
        assert answer.value.status == (200 if has_it else 204)
        return page

    return open_as


def test_who_has_it_sees_who_has_scored_and_the_next_goal_too(open_as, live_match):
    page = open_as(has_it=True)
    goals = page.get_by_role("list", name="Goals")
    expect(goals).to_contain_text(f"11′ {SCORER}")
    shoot(live_match, 2)
    expect(goals).to_contain_text(f"12′ {SCORER}")
    expect(page.locator("#score-news")).to_have_text("Team T01 2–0 Team T02")


def test_who_has_it_not_sees_the_plain_one(open_as, live_match):
    page = open_as(has_it=False)
    shoot(live_match, 2)
    expect(page.locator(f'[data-match="{live_match.pk}"] [data-score]')).to_have_text("2–0")
    expect(page.get_by_role("list", name="Goals")).to_have_count(0)


def test_an_open_window_goes_back_when_it_is_switched_off(open_as, flag):
    page = open_as(has_it=True)
    goals = page.get_by_role("list", name="Goals")
    expect(goals).to_have_count(1)
    flag.everyone = False
    flag.save()
    expect(goals).to_have_count(0)


def test_little_shifts_when_it_arrives(open_as):
    page = open_as(has_it=True)
    wait_for_the_menu(page)
    expect(page.get_by_role("list", name="Goals")).to_have_count(1)
    assert page.evaluate(LAYOUT_SHIFT) < GOOD_LAYOUT_SHIFT
