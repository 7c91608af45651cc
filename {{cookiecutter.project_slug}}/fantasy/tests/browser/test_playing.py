"""What somebody who plays does, from signing up to a line-up."""

import re
from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from playwright.sync_api import expect

from fantasy.tests import worlds

PASSWORD = "correct horse battery"


@pytest.fixture
def anna(league):
    return get_user_model().objects.get(username="Anna")


@pytest.fixture
def editor_url(anna):
    return reverse("fantasy:edit_lineup", args=[worlds.team_of("Anna").pk])


def type_lineup(page, selection):
    for number, player in enumerate(selection.starters, start=1):
        page.get_by_label(f"Starter {number}", exact=True).fill(player.label)
        if player == selection.captain:
            page.get_by_label(f"Starter {number} is the captain").check()
    for number, player in enumerate(selection.bench, start=1):
        page.get_by_label(f"Bench {number}", exact=True).fill(player.label)


def save(page):
    page.get_by_role("button", name="Save the line-up").click()


def test_a_visitor_signs_up_creates_a_league_and_sets_a_line_up(page, competition):
    page.goto("/")
    page.get_by_role("link", name="Create a league").click()
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("dora")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()

    expect(page.get_by_text("Welcome, dora.")).to_be_visible()
    page.get_by_label("The name of the league").fill("Sunday League")
    page.get_by_label("The name of your team").fill("Dora United")
    page.get_by_role("button", name="Create the league").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Line-up for Round 3")
    type_lineup(page, worlds.legal_selection(captain="T01 FW 17"))
    save(page)

    expect(page.get_by_text("Your line-up for Round 3 is saved.")).to_be_visible()
    expect(page.get_by_label("Starter 1", exact=True)).to_have_value("T01 GK 1 · T01 1")
    expect(page.get_by_label("Bench 4", exact=True)).to_have_value("T01 FW 19 · T01 19")
    expect(page.get_by_label("Starter 10 is the captain")).to_be_checked()


def test_a_message_reaches_a_page_that_is_the_same_for_everybody(page, competition):
    page.goto(reverse("sign_up"))
    page.get_by_label("Username").fill("dora")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_url(re.compile("/$"))
    expect(page.get_by_role("status").filter(has_text="Welcome, dora.")).to_be_visible()
    expect(page.get_by_role("link", name="My teams")).to_be_visible()


def test_an_illegal_line_up_is_refused_with_the_reasons_and_keeps_what_was_typed(
    open_window, anna, editor_url
):
    legal = worlds.legal_selection()
    (second_keeper,) = worlds.players_named("T02 GK 1")
    starters = [*legal.starters[:-1], second_keeper]

    page = open_window(user=anna)
    page.goto(editor_url)
    type_lineup(page, replace(legal, starters=starters, captain=None))
    save(page)

    problems = page.get_by_role("alert")
    expect(problems).to_be_focused()
    expect(problems.get_by_role("listitem")).to_have_text(
        [
            "Goalkeepers who start: 1; you have 2.",
            "Choose a captain among the players who start.",
        ]
    )
    expect(page.get_by_label("Starter 11", exact=True)).to_have_value("T02 GK 1 · T02 1")
    expect(page.get_by_label("Bench 4", exact=True)).to_have_value("T01 FW 19 · T01 19")


def test_a_name_that_nobody_has_is_marked_at_its_place(open_window, anna, editor_url):
    page = open_window(user=anna)
    page.goto(editor_url)
    type_lineup(page, worlds.legal_selection())
    page.get_by_label("Starter 3", exact=True).fill("Nobody at All")
    save(page)

    third = page.get_by_label("Starter 3", exact=True)
    reason = "No player of this competition is called “Nobody at All”."
    expect(third).to_have_value("Nobody at All")
    expect(third).to_have_attribute("aria-invalid", "true")
    expect(third).to_have_accessible_description(reason)
    expect(page.get_by_label("Starter 2", exact=True)).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("alert").get_by_role("link", name="Starter 3").click()
    expect(third).to_be_focused()


def test_the_editor_offers_every_player_of_the_competition(open_window, anna, editor_url):
    page = open_window(user=anna)
    page.goto(editor_url)
    offers = page.locator("#player-options option")
    expect(offers).to_have_count(4 * 21)
    expect(offers.first).to_have_attribute("value", "T01 GK 1 · T01 1")


def test_the_editor_works_without_scripts(open_window, anna, editor_url):
    page = open_window(user=anna, java_script_enabled=False)
    page.goto(editor_url)
    type_lineup(page, worlds.legal_selection())
    save(page)
    expect(page.get_by_text("Your line-up for Round 3 is saved.")).to_be_visible()
