"""What somebody who watches sees: scores that move, and a page that does not."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import expect

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import record
from fantasy.models import EventKind
from fantasy.tests import worlds
from fantasy.tests.browser.conftest import DESKTOP, PHONE

GOOD_LAYOUT_SHIFT = 0.05  # of the window; up to 0.1 counts as good among browsers

WATCH_LAYOUT_SHIFTS = """
    window.shifted = 0;
    window.shifts = new PerformanceObserver((list) => window.count(list.getEntries()));
    window.count = (entries) => entries.forEach((entry) => { window.shifted += entry.value; });
    window.shifts.observe({type: "layout-shift", buffered: true});
"""
LAYOUT_SHIFT = """() => new Promise((done) => {
    // After the frame in which the change was painted.
    requestAnimationFrame(() => requestAnimationFrame(() => {
        window.count(window.shifts.takeRecords());
        done(window.shifted);
    }));
})"""


@pytest.fixture
def live_match(live_round):
    return live_round.matches.live().get()


@pytest.fixture
def urls(league, live_match, live_round):
    """The main pages, each with something on it."""
    team = worlds.team_of("Anna")
    worlds.create_lineup(team, live_round, worlds.legal_selection())
    (player,) = worlds.players_named("T01 FW 17")
    return [
        reverse("fantasy:home"),
        reverse("fantasy:match", args=[live_match.pk]),
        reverse("fantasy:players"),
        reverse("fantasy:player", args=[player.pk]),
        reverse("fantasy:top_scorers"),
        reverse("fantasy:leagues"),
        reverse("fantasy:league", args=[league.pk]),
        reverse("fantasy:standings", args=[league.pk]),
        reverse("fantasy:team", args=[team.pk]),
        reverse("login"),
        reverse("sign_up"),
    ]


def score(page, match):
    return page.locator(f'[data-match="{match.pk}"] [data-score]')


def shoot_a_goal(match):
    (scorer,) = worlds.players_named("T01 FW 17")
    record(match.pk, FeedEvent(1, Clock(12), EventKind.GOAL, scorer.pk, scorer.team_id))


def wait_for_the_menu(page):
    expect(page.locator(".menu-fallback")).to_have_count(0)


def test_a_goal_is_seen_on_the_front_page_without_reloading(page, live_match):
    page.goto("/")
    page.evaluate("window.notReloaded = true")
    expect(score(page, live_match)).to_have_text("0–0")
    shoot_a_goal(live_match)
    expect(score(page, live_match)).to_have_text("1–0")
    assert page.evaluate("window.notReloaded")


def test_a_goal_is_seen_on_the_page_of_the_match_without_reloading(page, live_match):
    page.goto(reverse("fantasy:match", args=[live_match.pk]))
    expect(page.get_by_text("Nothing has happened so far.")).to_be_visible()
    shoot_a_goal(live_match)
    expect(score(page, live_match)).to_have_text("1–0")
    expect(page.get_by_role("link", name="T01 FW 17")).to_be_visible()


def test_a_goal_is_read_out_and_nothing_else_is(page, live_match):
    page.goto("/")
    shoot_a_goal(live_match)
    expect(page.locator("#score-news")).to_have_text("Team T01 1–0 Team T02")


def test_who_walks_by_keyboard_keeps_the_place_when_the_scores_change(page, live_match):
    page.goto("/")
    link = page.locator(f"#match-{live_match.pk}")
    link.focus()
    shoot_a_goal(live_match)
    expect(score(page, live_match)).to_have_text("1–0")
    expect(link).to_be_focused()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_shifts_when_the_menu_and_a_goal_arrive(open_window, live_match, viewport):
    page = open_window(viewport)
    page.add_init_script(WATCH_LAYOUT_SHIFTS)
    page.goto("/")
    wait_for_the_menu(page)
    shoot_a_goal(live_match)
    expect(score(page, live_match)).to_have_text("1–0")
    assert page.evaluate(LAYOUT_SHIFT) < GOOD_LAYOUT_SHIFT


def test_no_page_scrolls_sideways_on_a_phone(open_window, urls):
    page = open_window(PHONE)
    for url in urls:
        page.goto(url)
        wait_for_the_menu(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], url


def test_no_page_of_a_manager_scrolls_sideways_on_a_phone(open_window, league):
    anna = get_user_model().objects.get(username="Anna")
    page = open_window(PHONE, user=anna)
    for url in [
        reverse("fantasy:my_teams"),
        reverse("fantasy:new_league"),
        reverse("fantasy:join_league"),
        reverse("fantasy:edit_lineup", args=[worlds.team_of("Anna").pk]),
    ]:
        page.goto(url)
        wait_for_the_menu(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"], url


def test_no_page_brings_an_error_to_the_console(page, urls):
    for url in urls:
        page.goto(url)
        wait_for_the_menu(page)
    # `open_window` looks at the console of every test at its end.


def test_the_first_tab_leads_past_the_navigation(page, competition):
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
