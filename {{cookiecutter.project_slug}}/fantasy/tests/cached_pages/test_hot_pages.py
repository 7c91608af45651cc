"""Hot pages ask the database nothing; what is not there is not found."""

import pytest
from django.urls import reverse

from fantasy.models import (
    FantasyTeam,
    League,
    Membership,
    Player,
    Team,
)
from fantasy.tests.cached_pages.watching import PAGES, refresh

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)


class TestAHotPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_asks_the_database_nothing(self, hot, see, name, django_assert_num_queries):
        with django_assert_num_queries(0):
            see(name)

    @pytest.mark.parametrize("name", PAGES)
    def test_asks_it_nothing_after_a_goal_either(
        self, hot, see, name, shoot, django_assert_num_queries
    ):
        shoot()
        refresh()
        with django_assert_num_queries(0):
            see(name)

    @pytest.mark.parametrize("name", ["home", "scoreboard", "competition"])
    def test_of_the_current_competition_was_hot_before_anybody_came(
        self, see, name, django_assert_num_queries
    ):
        refresh()
        with django_assert_num_queries(0):
            see(name)

    def test_is_the_same_as_a_cold_one(self, hot, see, shoot, settings):
        shoot()
        refresh()
        pages = {name: see(name) for name in PAGES}
        settings.CACHING_NAMESPACE += "-empty"
        assert {name: see(name) for name in PAGES} == pages


class TestAThingThatIsNotThere:
    @pytest.mark.parametrize("name", ["match", "match_report", "player", "league", "standings"])
    def test_is_not_found(self, client, competition, name):
        assert client.get(reverse(f"fantasy:{name}", args=[999])).status_code == 404

    def test_any_more_is_not_found_either(self, client, hot, urls, league):
        league.delete()
        refresh()
        for name in ("league", "standings", "team"):
            assert client.get(urls[name]).status_code == 404

    def test_is_found_once_it_is_there(self, client, league):
        team = Team.objects.get(code="T01")
        membership = Membership.objects.get(user__username="Anna")
        membership.team.delete()
        new = [
            ("league", League(competition=league.competition, name="Rivals", owner=league.owner)),
            ("team", FantasyTeam(membership=membership, name="Annapolis")),
            ("player", Player(team=team, name="Zoe Quick", position="FW", number=77)),
        ]
        for name, thing in new:
            thing.pk = 7_777
            url = reverse(f"fantasy:{name}", args=[thing.pk])
            refresh()
            assert client.get(url).status_code == 404
            thing.save(force_insert=True)
            refresh()
            assert client.get(url).status_code == 200
