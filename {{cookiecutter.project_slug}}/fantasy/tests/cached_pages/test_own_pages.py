"""The pages of somebody who plays: no query when they are hot, and own changes at once."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fantasy.models import Competition, League
from fantasy.tests import worlds
from fantasy.tests.cached_pages.watching import refresh

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)

TRANSACTION = re.compile(r"BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK")


@pytest.fixture
def own_urls(annas_team):
    return {
        "my_teams": reverse("fantasy:my_teams"),
        "new_league": reverse("fantasy:new_league"),
        "join_league": reverse("fantasy:join_league"),
        "edit_lineup": reverse("fantasy:edit_lineup", args=[annas_team.pk]),
    }


@pytest.fixture
def anna(client, own_urls):
    """A browser in which Anna is signed in; she has been everywhere."""
    client.login(username="Anna", password="secret")
    refresh()
    for url in own_urls.values():
        client.get(url)
    return client


@pytest.mark.parametrize("name", ["my_teams", "new_league", "join_league", "edit_lineup"])
def test_a_hot_page_asks_the_database_nothing(anna, own_urls, name, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert anna.get(own_urls[name]).status_code == 200


def test_a_saved_line_up_is_there_at_once(anna, own_urls, open_round):
    selection = worlds.legal_selection(captain="T01 DF 3")
    anna.post(own_urls["edit_lineup"], worlds.form_data(selection, open_round))
    page = anna.get(own_urls["edit_lineup"]).text
    assert re.search(r'name="captain" value="2" checked', page)


def test_saving_costs_eight_statements_with_its_marks(anna, own_urls, open_round):
    url = own_urls["edit_lineup"]
    anna.post(url, worlds.form_data(worlds.legal_selection(), open_round))
    other = worlds.form_data(worlds.legal_selection(captain="T01 DF 3"), open_round)
    names = [player.label for player in worlds.players_named("T01 FW 20", "T01 FW 21")]
    with CaptureQueriesContext(connection) as seen:
        anna.post(url, {**other, "place_10": names[0], "place_11": names[1]})
    statements = [q["sql"] for q in seen if not TRANSACTION.match(q["sql"])]
    assert len(statements) == 8, "\n".join(statements)
    assert sum("INSERT INTO" in sql and "caching_mark" in sql for sql in statements) == 1


def test_a_new_league_is_there_at_once(anna, own_urls):
    anna.post(own_urls["new_league"], {"name": "Rivals", "team_name": "Annapolis"})
    page = anna.get(own_urls["my_teams"]).text
    assert "Rivals" in page
    assert League.objects.get(name="Rivals").invite_code in page


@pytest.mark.parametrize(("field", "value"), [("name", "Friends no more"), ("invite_code", "X7")])
def test_a_change_of_the_league_is_there_at_once(anna, own_urls, league, field, value):
    setattr(league, field, value)
    league.save()
    assert value in anna.get(own_urls["my_teams"]).text


def test_a_team_that_is_gone_is_gone_at_once(anna, own_urls, annas_team):
    annas_team.delete()
    assert "Anna&#x27;s team" not in anna.get(own_urls["my_teams"]).text
    assert anna.get(own_urls["edit_lineup"]).status_code == 404


def test_another_managers_team_is_not_found(anna):
    other = worlds.team_of("Ben")
    url = reverse("fantasy:edit_lineup", args=[other.pk])
    assert anna.get(url).status_code == 404
    assert anna.post(url, {}).status_code == 404


def test_the_line_up_of_the_round_before_is_shown_until_there_is_one(anna, own_urls):
    """Anna plays the live round with T01 FW 17 as captain; the open round has no line-up yet."""
    assert "T01 FW 17 · T01 17" in anna.get(own_urls["edit_lineup"]).text


def test_after_the_last_deadline_line_ups_are_closed(anna, own_urls):
    competition = Competition.objects.get()
    competition.rounds.filter(number=3).delete()
    refresh()
    assert "Line-ups are locked" in anna.get(own_urls["edit_lineup"]).text


def test_nobody_sees_the_teams_of_others(anna, own_urls):
    ben = Client()
    ben.login(username="Ben", password="secret")
    for _ in range(3):  # the view's own page first, then the one that is kept
        assert "Anna&#x27;s team" in anna.get(own_urls["my_teams"]).text
        page = ben.get(own_urls["my_teams"]).text
        assert "Ben&#x27;s team" in page
        assert "Anna&#x27;s team" not in page
