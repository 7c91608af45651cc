"""Every change is on the pages once the refresher has seen it."""

import re
import time

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from fantasy.feed import Clock, FeedEvent
from fantasy.leagues import join_league
from fantasy.matchday import kick_off, reach_minute, record
from fantasy.models import (
    Competition,
    EventKind,
    FantasyTeam,
    Lineup,
    LineupPlace,
    Match,
    MatchEvent,
    Membership,
    PlayerPoints,
    Team,
)
from fantasy.tests import worlds
from fantasy.tests.cached_pages.watching import refresh
from fantasy.tests.small_cup import SmallCup
from fantasy.worldcup.importer import import_worldcup
from kickoff.caching.leadership import Leadership
from kickoff.caching.refresher import Refresher, Shard

# In an open transaction readers would see the truth and store nothing.
pytestmark = pytest.mark.django_db(transaction=True)


class TestOtherChanges:
    @pytest.mark.parametrize("name", ["home", "scoreboard", "match", "player"])
    def test_a_team_gets_another_name(self, hot, see, name):
        Team.objects.filter(code="T01").update(name="Northwich")
        refresh()
        assert "Northwich" in see(name)

    @pytest.mark.parametrize("name", ["match", "player", "league", "team"])
    def test_a_player_gets_another_name(self, hot, see, shoot, name):
        shoot()
        refresh()
        see(name)
        (player,) = worlds.players_named("T01 FW 17")
        player.name = "Zoe Quick"
        player.save()
        refresh()
        assert "Zoe Quick" in see(name)

    @pytest.mark.parametrize("name", ["league", "standings", "team"])
    def test_a_fantasy_team_gets_another_name(self, hot, see, annas_team, name):
        FantasyTeam.objects.filter(pk=annas_team.pk).update(name="Annapolis")
        refresh()
        assert "Annapolis" in see(name)

    @pytest.mark.parametrize("name", ["league", "standings", "team"])
    def test_a_manager_gets_another_name(self, hot, see, name):
        anna = get_user_model().objects.get(username="Anna")
        anna.username = "Annabel"
        anna.save()
        refresh()
        assert "Annabel" in see(name)

    @pytest.mark.parametrize("name", ["league", "standings", "team"])
    def test_a_league_gets_another_name(self, hot, see, league, name):
        league.name = "Rivals"
        league.save()
        refresh()
        assert "Rivals" in see(name)

    @pytest.mark.parametrize("name", ["home", "match", "league", "standings", "team"])
    def test_a_competition_gets_another_name(self, hot, see, competition, name):
        competition.name = "Grand Cup"
        competition.save()
        refresh()
        assert "Grand Cup" in see(name)

    @pytest.mark.parametrize("name", ["league", "standings"])
    def test_a_member_joins_and_another_leaves(self, hot, see, league, name):
        (dora,) = worlds.create_users("Dora")
        join_league(dora.pk, league, "Dora's Eleven")
        Membership.objects.get(user__username="Ben").delete()
        refresh()
        page = see(name)
        assert "Dora&#x27;s Eleven" in page
        assert "Ben&#x27;s team" not in page

    def test_a_member_moves_to_another_league(self, client, hot, see, competition):
        other = worlds.create_league_of(competition, "Dora", name="Rivals")
        url = reverse("fantasy:league", args=[other.pk])
        assert "Ben&#x27;s team" not in client.get(url).text
        refresh()
        Membership.objects.filter(user__username="Ben").update(league=other)
        refresh()
        assert "Ben&#x27;s team" not in see("league")
        assert "Ben&#x27;s team" in client.get(url).text

    def test_the_page_of_a_team_follows_its_member(self, hot, see, competition):
        other = worlds.create_league_of(competition, "Dora", name="Rivals")
        Membership.objects.filter(user__username="Anna").update(league=other)
        refresh()
        assert "Rivals" in see("team")

    @pytest.mark.parametrize("name", ["players", "player_options", "top_scorers"])
    def test_a_player_in_a_list_gets_another_name(self, hot, see, shoot, name):
        shoot()
        (player,) = worlds.players_named("T01 FW 17")
        player.name = "Zoe Quick"
        player.save()
        refresh()
        assert "Zoe Quick" in see(name)

    def test_the_list_of_leagues_is_made_anew_every_ten_seconds(
        self, hot, see, competition, monkeypatch
    ):
        worlds.create_league_of(competition, "Dora", name="Rivals")
        keeper = Refresher(Shard(), Leadership("1/1"))
        keeper.once()
        assert "Rivals" not in see("leagues")
        now = time.monotonic()
        monkeypatch.setattr("kickoff.caching.refresher.time.monotonic", lambda: now + 10)
        keeper.once()
        assert "Rivals" in see("leagues")

    def test_a_line_up_gets_another_captain(self, hot, see, annas_team):
        (captain,) = worlds.players_named("T01 DF 3")
        Lineup.objects.filter(team=annas_team).update(captain=captain)
        refresh()
        assert "T01 DF 3" in see("league").split('class="captain"')[0].splitlines()[-2]

    @pytest.mark.parametrize("name", ["league", "team"])
    def test_a_place_of_a_line_up_gets_another_player(self, hot, see, annas_team, name):
        (newcomer,) = worlds.players_named("T04 FW 18")
        LineupPlace.objects.filter(lineup__team=annas_team, place=11).update(player=newcomer)
        refresh()
        assert newcomer.name in see(name)

    @pytest.mark.parametrize("name", ["match", "player"])
    def test_a_card_is_shown_and_corrected(self, hot, see, live_match, name):
        (player,) = worlds.players_named("T01 FW 17")
        card = FeedEvent(1, Clock(70), EventKind.YELLOW_CARD, player.pk, player.team_id)
        record(live_match.pk, card)
        refresh()
        assert "Yellow card" in see(name)
        MatchEvent.objects.update(minute=71)
        refresh()
        assert "71′" in see(name)

    def test_points_are_corrected(self, hot, see, shoot):
        shoot()
        refresh()
        see("player")
        PlayerPoints.objects.update(points=9)
        refresh()
        assert '<span class="tally-number">9</span>' in see("player")

    @pytest.mark.parametrize("name", ["home", "match"])
    def test_the_clock_of_a_match_moves(self, hot, see, live_match, name):
        reach_minute(live_match.pk, 33)
        refresh()
        assert '<span class="clock">33′</span>' in see(name)

    def test_a_match_begins(self, hot, see, live_round):
        scheduled = live_round.matches.fixtures().get()
        kick_off(scheduled.pk)
        refresh()
        assert len(re.findall(r'class="match is-live"', see("home"))) == 2

    def test_an_import_brings_a_result(self, client, tmp_path):
        cup = SmallCup(tmp_path)
        import_worldcup(cup.write())
        refresh()
        match = Match.objects.fixtures().first()
        url = reverse("fantasy:match", args=[match.pk])
        assert "The match has not begun." in client.get(url).text
        goals1 = [{"name": "Kim Min-Jae", "minute": "30"}]
        cup.fixture.update(score={"ft": [1, 0]}, goals1=goals1)
        import_worldcup(cup.write())
        refresh()
        page = client.get(url).text
        assert "<span data-score>1–0</span>" in page
        assert "Kim Min-jae" in page

    def test_a_newer_competition_is_on_the_front_page(self, client, hot, competition):
        competition.slug = "old-cup"
        competition.save()
        today = timezone.now().date()
        Competition.objects.create(name="New Cup", slug="new-cup", starts_on=today)
        refresh()
        assert "New Cup" in client.get("/").text
        assert client.get("/competitions/test-cup/").status_code == 404
        assert "Test Cup" in client.get("/competitions/old-cup/").text
