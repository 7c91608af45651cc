"""Founding and joining leagues."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fantasy.leagues import JoinRefusedError, create_league, join_league
from fantasy.models import FantasyTeam, League
from fantasy.models.league import CODE_ALPHABET, MAX_TEAMS, new_invite_code
from fantasy.tests import worlds


@pytest.fixture
def dora(client, competition):
    """A browser in which Dora, who plays in no league, is signed in."""
    [user] = worlds.create_users("Dora")
    client.force_login(user)
    return client


def join(client, **data):
    return client.post(reverse("fantasy:join_league"), data)


def errors(response):
    form = response.context["form"]
    return {field: list(texts) for field, texts in form.errors.items()}


class TestCreate:
    def test_the_founder_is_the_owner_and_the_first_member(self, dora):
        data = {"name": "Sunday Club", "team_name": "Dora's Eleven"}
        response = dora.post(reverse("fantasy:new_league"), data)
        team = FantasyTeam.objects.with_league().get(name="Dora's Eleven")
        assert response.url == reverse("fantasy:edit_lineup", args=[team.pk])
        assert team.membership.league.name == "Sunday Club"
        assert team.membership.league.owner.username == "Dora"

    def test_a_name_that_is_taken_is_refused_and_nothing_created(self, dora, league):
        data = {"name": "Friends", "team_name": "Dora's Eleven"}
        response = dora.post(reverse("fantasy:new_league"), data)
        assert errors(response) == {
            "name": ["There is a league of that name already. Choose another."]
        }
        assert League.objects.count() == 1

    def test_both_names_are_needed(self, dora):
        response = dora.post(reverse("fantasy:new_league"), {"name": "ab"})
        assert set(errors(response)) == {"name", "team_name"}


class TestJoin:
    def test_the_code_opens_the_league(self, dora, league):
        join(dora, code=league.invite_code, team_name="Dora's Eleven")
        assert FantasyTeam.objects.in_league(league.pk).last().name == "Dora's Eleven"

    def test_blanks_and_case_do_not_matter(self, dora, league):
        code = league.invite_code.lower()
        response = join(dora, code=f" {code[:4]} {code[4:]} ", team_name="Dora's Eleven")
        assert response.status_code == 302

    def test_an_unknown_code_is_named(self, dora, league):
        response = join(dora, code="nothing", team_name="Dora's Eleven")
        assert errors(response) == {
            "code": ["No league has the code NOTHING. Ask the owner of the league for it."]
        }

    def test_who_is_a_member_already_stays_one_once(self, client, league):
        client.force_login(league.owner)
        response = join(client, code=league.invite_code, team_name="Second Team")
        assert errors(response) == {"__all__": ["You already have a team in Friends."]}
        assert league.memberships.count() == 3

    def test_a_full_league_takes_nobody_more(self, league):
        users = worlds.create_users(*(f"user{number}" for number in range(MAX_TEAMS - 2)))
        for user in users[:-1]:
            join_league(user.pk, league, "A team")
        with pytest.raises(JoinRefusedError, match="Friends is full: it has 20 teams"):
            join_league(users[-1].pk, league, "One too many")
        assert league.memberships.count() == MAX_TEAMS


class TestMyTeams:
    def test_only_ones_own_teams_are_shown(self, client, league):
        client.force_login(league.owner)
        html = client.get(reverse("fantasy:my_teams")).content.decode()
        assert "Anna&#x27;s team" in html
        assert "Ben&#x27;s team" not in html

    def test_the_code_is_shown_to_the_owner_alone(self, client, league):
        pages = {}
        for name in ("Anna", "Ben"):
            client.force_login(worlds.team_of(name).membership.user)
            pages[name] = client.get(reverse("fantasy:my_teams")).content.decode()
        assert league.invite_code in pages["Anna"]
        assert league.invite_code not in pages["Ben"]

    def test_the_code_stands_on_no_public_page(self, client, league):
        for name in ("fantasy:league", "fantasy:standings"):
            html = client.get(reverse(name, args=[league.pk])).content.decode()
            assert league.invite_code not in html


def test_codes_are_eight_letters_and_digits_that_nobody_mixes_up():
    code = new_invite_code()
    assert len(code) == 8
    assert set(code) <= set(CODE_ALPHABET)
    assert not set("IO01") & set(CODE_ALPHABET)


class TestAtTheSameTime:
    def test_a_name_that_another_takes_meanwhile_is_refused_in_the_form(
        self, dora, league, monkeypatch
    ):
        """Nothing but the database knows of the other one."""
        data = {"name": "Friends", "team_name": "Dora's Eleven"}
        response = dora.post(reverse("fantasy:new_league"), data)
        assert set(errors(response)) == {"name"}
        assert not FantasyTeam.objects.filter(name="Dora's Eleven").exists()

    def test_a_league_is_founded_with_its_team_or_not_at_all(self, competition, monkeypatch):
        [user] = worlds.create_users("Dora")
        monkeypatch.setattr("fantasy.leagues.FantasyTeam", None)
        with pytest.raises(AttributeError):
            create_league(user.pk, competition.pk, "Sunday Club", "Dora's Eleven")
        assert not League.objects.exists()

    def test_who_joins_locks_the_league(self, league, django_assert_num_queries):
        [user] = worlds.create_users("Dora")
        with CaptureQueriesContext(connection) as queries:
            join_league(user.pk, league, "Dora's Eleven")
        assert "SAVEPOINT" in queries[0]["sql"]
