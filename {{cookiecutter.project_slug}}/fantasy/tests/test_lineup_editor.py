"""Setting a line-up, as a browser does it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fantasy.lineups import save_lineup
from fantasy.models import Lineup, Player, Round
from fantasy.tests import worlds


@pytest.fixture
def team(league):
    return worlds.team_of("Anna")


@pytest.fixture
def anna(client, team):
    """A browser in which Anna is signed in."""
    client.force_login(team.membership.user)
    return client


def url(team):
    return reverse("fantasy:edit_lineup", args=[team.pk])


def errors(response):
    form = response.context["form"]
    return {field: list(texts) for field, texts in form.errors.items()}


def test_a_legal_line_up_is_saved(anna, team, open_round):
    response = anna.post(url(team), worlds.form_data(worlds.legal_selection(), open_round))
    assert response.status_code == 302
    lineup = Lineup.objects.get(team=team, round=open_round)
    assert lineup.captain.name == "T01 FW 17"
    assert lineup.places.count() == 15


def test_names_can_be_typed_without_team_and_number(anna, team, open_round):
    data = worlds.form_data(worlds.legal_selection(), open_round)
    anna.post(url(team), {**data, "place_1": "t01 gk 1"})
    assert Lineup.objects.get().places.get(place=1).player.name == "T01 GK 1"


def test_accents_need_not_be_typed(anna, team, open_round):
    Player.objects.filter(name="T01 GK 1").update(name="Jörg Kovář", plain_name="Jorg Kovar")
    data = {
        **worlds.form_data(legal_with_renamed_keeper(), open_round),
        "place_1": "jorg kovar",
    }
    assert anna.post(url(team), data).status_code == 302


def legal_with_renamed_keeper():
    keeper = Player.objects.select_related("team").get(name="Jörg Kovář")
    Player.objects.filter(pk=keeper.pk).update(name="T01 GK 1")
    selection = worlds.legal_selection()
    Player.objects.filter(pk=keeper.pk).update(name="Jörg Kovář")
    return replace(selection, starters=[keeper, *selection.starters[1:]])


def test_an_illegal_line_up_is_refused_with_its_reasons(anna, team, open_round):
    selection = worlds.legal_selection()
    starters = [*selection.starters[:-2], *worlds.players_named("T02 DF 3", "T02 DF 4")]
    data = worlds.form_data(replace(selection, starters=starters, captain=None), open_round)
    response = anna.post(url(team), data)
    assert response.status_code == 200
    assert errors(response) == {
        "__all__": [
            "Defenders who start: 3 to 5; you have 6.",
            "Forwards who start: 1 to 3; you have 0.",
            "Choose a captain among the players who start.",
        ]
    }
    assert not Lineup.objects.exists()


def test_what_was_typed_is_kept(anna, team, open_round):
    data = worlds.form_data(worlds.legal_selection(), open_round)
    response = anna.post(url(team), {**data, "place_3": "Nobody <b>"})
    assert errors(response) == {
        "place_3": ["No player of this competition is called “Nobody <b>”."]
    }
    html = response.content.decode()
    assert 'value="Nobody &lt;b&gt;"' in html
    assert 'value="T01 GK 1 · T01 1"' in html


def test_a_name_that_two_players_share_is_asked_back(anna, team, open_round):
    Player.objects.filter(name__in=["T01 DF 3", "T02 DF 3"]).update(
        name="Silva", plain_name="Silva"
    )
    data = {f"place_{place}": "" for place in range(1, 16)}
    data |= {"place_2": "silva", "round": open_round.number}
    response = anna.post(url(team), data)
    assert errors(response)["place_2"] == ["Which one: Silva · T01 3 or Silva · T02 3?"]
    assert errors(response)["place_1"] == ["Choose a player."]


def test_a_player_of_another_competition_is_unknown(anna, team, open_round):
    data = worlds.form_data(worlds.legal_selection(), open_round)
    other = worlds.Competition.objects.create(
        name="Other", slug="other", starts_on=timezone.now().date() - timedelta(days=100)
    )
    worlds.Team.objects.filter(code="T01").update(competition=other)
    assert errors(anna.post(url(team), data))["place_1"] == [
        "No player of this competition is called “T01 GK 1 · T01 1”."
    ]


def test_a_form_of_a_round_that_has_begun_is_refused_and_kept(anna, team, open_round):
    data = worlds.form_data(worlds.legal_selection(), open_round)
    Round.objects.filter(pk=open_round.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    response = anna.post(url(team), data)
    assert errors(response) == {
        "__all__": ["The deadline of Round 3 has passed: nothing was saved."]
    }
    assert 'value="T01 GK 1 · T01 1"' in response.content.decode()
    assert not Lineup.objects.exists()


def test_a_form_cannot_reach_the_round_that_is_being_played(anna, team, live_round):
    data = worlds.form_data(worlds.legal_selection(), live_round)
    assert "__all__" in errors(anna.post(url(team), data))
    assert not Lineup.objects.exists()


@pytest.mark.parametrize("number", ["", "99", "x", "-1", "³", "9" * 30])
def test_a_round_that_is_none_is_answered_without_an_error(anna, team, number):
    assert anna.post(url(team), {"round": number}).status_code == 200


def test_the_editor_begins_with_the_latest_line_up(anna, team, live_round):
    worlds.create_lineup(team, live_round, worlds.legal_selection())
    html = anna.get(url(team)).content.decode()
    assert 'value="T01 GK 1 · T01 1"' in html


def test_when_no_round_is_open_the_page_says_so(anna, team):
    Round.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    response = anna.get(url(team))
    assert response.status_code == 200
    assert "form" not in response.context


def test_nobody_edits_the_team_of_another(client, team, open_round):
    client.force_login(worlds.team_of("Ben").membership.user)
    assert client.get(url(team)).status_code == 404
    data = worlds.form_data(worlds.legal_selection(), open_round)
    assert client.post(url(team), data).status_code == 404


def test_who_is_signed_out_is_sent_to_sign_in(client, team):
    response = client.get(url(team))
    assert response.status_code == 302
    assert response.url.startswith(reverse("login"))


def test_after_the_deadline_nobody_is_asked_to_correct_anything(anna, team, open_round):
    Round.objects.filter(pk=open_round.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    response = anna.post(url(team), {"round": open_round.number, "place_1": "Nobody"})
    assert errors(response) == {
        "__all__": ["The deadline of Round 3 has passed: nothing was saved."]
    }
    assert 'value="Nobody"' in response.content.decode()


def test_a_form_of_no_known_round_is_taken_for_the_open_one(anna, team, open_round):
    data = {**worlds.form_data(worlds.legal_selection(), open_round), "round": "9" * 5000}
    assert anna.post(url(team), data).status_code == 302
    assert Lineup.objects.get().round == open_round


def test_a_name_that_is_too_long_is_called_so_and_nothing_else(anna, team, open_round):
    data = worlds.form_data(worlds.legal_selection(), open_round)
    response = anna.post(url(team), {**data, "place_1": "x" * 200})
    assert len(errors(response)["place_1"]) == 1


def test_labels_may_be_typed_in_small_letters(anna, team, open_round):
    data = worlds.form_data(worlds.legal_selection(), open_round)
    typed = {key: value.lower() for key, value in data.items()}
    assert anna.post(url(team), typed).status_code == 302


def test_the_deadline_is_checked_by_the_statement_that_locks_the_team(team, open_round):
    with CaptureQueriesContext(connection) as seen:
        save_lineup(team, open_round, worlds.legal_selection())
    (check,) = [query["sql"] for query in seen if "deadline" in query["sql"]]
    assert "fantasy_fantasyteam" in check
    assert ("FOR UPDATE" in check) is connection.features.has_select_for_update
