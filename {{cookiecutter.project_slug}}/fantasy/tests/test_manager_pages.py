"""The pages of somebody who plays: what they show, to whom, and what they refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from fantasy.models import League, Lineup, Round
from fantasy.tests import worlds


@pytest.fixture
def anna(client, league):
    """The client of Anna, who owns the league."""
    client.login(username="Anna", password="secret")
    return client


@pytest.fixture
def ben(client, league):
    client.login(username="Ben", password="secret")
    return client


def editor_of(user_name):
    return reverse("fantasy:edit_lineup", args=[worlds.team_of(user_name).pk])


@pytest.mark.parametrize("name", ["my_teams", "new_league", "join_league"])
def test_a_stranger_is_sent_to_sign_in_and_back(client, db, name):
    wanted = reverse(f"fantasy:{name}")
    assert client.get(wanted).url == f"{reverse('login')}?next={wanted}"


class TestMyTeams:
    def test_tell_the_owner_of_a_league_its_code(self, anna, league):
        assert league.invite_code in anna.get(reverse("fantasy:my_teams")).text

    def test_do_not_tell_it_to_the_members(self, ben, league):
        page = ben.get(reverse("fantasy:my_teams")).text
        assert "Ben&#x27;s team" in page
        assert league.invite_code not in page

    def test_invite_who_has_none_to_create_or_join_a_league(self, client, competition):
        worlds.create_users("Dora")
        client.login(username="Dora", password="secret")
        assert "You have no team yet." in client.get(reverse("fantasy:my_teams")).text


class TestCreatingALeague:
    def test_leads_on_to_the_line_up_of_the_new_team(self, anna):
        form = {"name": "Rivals", "team_name": "Anna again"}
        response = anna.post(reverse("fantasy:new_league"), form)
        team = League.objects.get(name="Rivals").memberships.get().team
        assert response.url == reverse("fantasy:edit_lineup", args=[team.pk])

    def test_refuses_a_name_that_is_taken_and_keeps_it(self, anna):
        form = {"name": "Friends", "team_name": "Anna again"}
        page = anna.post(reverse("fantasy:new_league"), form).text
        assert "There is a league of that name already. Choose another." in page
        assert 'value="Friends"' in page


class TestJoiningALeague:
    def join(self, client, code):
        form = {"code": code, "team_name": "Dora United"}
        return client.post(reverse("fantasy:join_league"), form)

    @pytest.fixture
    def dora(self, client, league):
        worlds.create_users("Dora")
        client.login(username="Dora", password="secret")
        return client

    def test_with_its_code_however_it_is_typed(self, dora, league):
        code = league.invite_code.lower()
        assert self.join(dora, f" {code[:4]} {code[4:]}").url == editor_of("Dora")

    def test_with_a_wrong_code_is_refused(self, dora):
        page = self.join(dora, "nonsense").text
        assert "No league has the code NONSENSE. Ask the owner of the league for it." in page

    def test_twice_is_refused(self, dora, league):
        self.join(dora, league.invite_code)
        page = self.join(dora, league.invite_code).text
        assert "You already have a team in Friends." in page

    def test_takes_the_code_from_the_link_of_an_invitation(self, dora, league):
        page = dora.get(reverse("fantasy:join_league"), {"code": league.invite_code}).text
        assert f'value="{league.invite_code}"' in page


class TestTheLineUpEditor:
    def test_is_for_the_next_round_and_tells_its_deadline_and_the_rules(self, anna, open_round):
        page = anna.get(editor_of("Anna")).text
        assert "Line-up for Round 3" in page
        assert f'datetime="{open_round.deadline:%Y-%m-%dT%H:%M}' in page
        assert "<dt>Defenders who start</dt><dd>3 to 5</dd>" in page

    def test_saves_a_legal_line_up(self, anna, open_round):
        form = worlds.form_data(worlds.legal_selection(), open_round)
        assert anna.post(editor_of("Anna"), form).url == editor_of("Anna")
        lineup = Lineup.objects.get(team=worlds.team_of("Anna"), round=open_round)
        assert lineup.captain.name == "T01 FW 17"
        assert "Your line-up for Round 3 is saved." in anna.get(editor_of("Anna")).text

    def test_saves_nothing_of_an_illegal_one_and_says_why(self, anna, open_round):
        selection = replace(worlds.legal_selection(), captain=None)
        page = anna.post(editor_of("Anna"), worlds.form_data(selection, open_round)).text
        assert "<li>Choose a captain among the players who start.</li>" in page
        assert not Lineup.objects.exists()

    def test_keeps_the_captain_that_was_chosen(self, anna, open_round):
        form = worlds.form_data(worlds.legal_selection(), open_round)
        page = anna.post(editor_of("Anna"), {**form, "place_1": "Nobody"}).text
        assert page.count(" checked>") == 1
        assert 'name="captain" value="10" checked>' in page

    def test_saves_nothing_after_the_deadline(self, anna, open_round):
        form = worlds.form_data(worlds.legal_selection(), open_round)
        Round.objects.filter(pk=open_round.pk).update(deadline=timezone.now())
        page = anna.post(editor_of("Anna"), form).text
        assert "The deadline of Round 3 has passed: nothing was saved." in page
        assert not Lineup.objects.exists()

    def test_is_closed_after_the_last_deadline(self, anna, open_round):
        past = timezone.now() - timedelta(seconds=1)
        Round.objects.filter(pk=open_round.pk).update(deadline=past)
        assert "Line-ups are locked" in anna.get(editor_of("Anna")).text

    def test_of_another_manager_is_not_to_be_found(self, ben):
        assert ben.get(editor_of("Anna")).status_code == 404
