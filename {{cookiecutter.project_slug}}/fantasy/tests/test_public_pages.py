"""The pages that are the same for everybody: they answer, and they know nothing of the visitor."""

import re
from datetime import date

import pytest
from django.urls import reverse

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import record
from fantasy.models import Competition, EventKind, Match
from fantasy.tests import worlds

OF_THE_SITE = ["home", "scoreboard", "players", "top_scorers", "leagues"]
OF_A_COMPETITION = [
    "competition",
    "competition_scoreboard",
    "competition_players",
    "competition_top_scorers",
    "player_options",
]
OF_ONE_THING = ["match", "match_report", "player", "league", "standings", "team"]


@pytest.fixture
def empty_competition(db):
    return Competition.objects.create(name="Nil Cup", slug="nil-cup", starts_on=date(2030, 1, 1))


@pytest.fixture
def live_match(live_round):
    return live_round.matches.live().get()


@pytest.fixture
def goal(live_match):
    """T01 FW 17 scores in the live match: 4 points."""
    (scorer,) = worlds.players_named("T01 FW 17")
    event = FeedEvent(1, Clock(45, 2), EventKind.GOAL, scorer.pk, scorer.team_id)
    record(live_match.pk, event)
    return scorer


@pytest.fixture
def annas_team(league, live_round):
    """Anna's team, which plays the live round with T01 FW 17 as its captain."""
    team = worlds.team_of("Anna")
    worlds.create_lineup(team, live_round, worlds.legal_selection(captain="T01 FW 17"))
    return team


@pytest.fixture
def url(competition, league, annas_team, goal, live_match):
    """The address of a public page in a world where there is something on each of them."""
    things = {
        "match": live_match.pk,
        "match_report": live_match.pk,
        "player": goal.pk,
        "league": league.pk,
        "standings": league.pk,
        "team": annas_team.pk,
    }

    def address(name):
        if name in OF_THE_SITE:
            return reverse(f"fantasy:{name}")
        return reverse(f"fantasy:{name}", args=[things.get(name, competition.slug)])

    return address


class TestEveryPublicPage:
    @pytest.mark.parametrize("name", [*OF_THE_SITE, *OF_A_COMPETITION])
    def test_answers_in_an_empty_competition(self, client, empty_competition, name):
        args = [empty_competition.slug] if name in OF_A_COMPETITION else []
        assert client.get(reverse(f"fantasy:{name}", args=args)).status_code == 200

    @pytest.mark.parametrize("name", [*OF_THE_SITE, *OF_A_COMPETITION, *OF_ONE_THING])
    def test_is_the_same_for_everybody_and_leaves_no_trace(self, client, url, name):
        stranger = client.get(url(name))
        client.login(username="Anna", password="secret")
        anna = client.get(url(name))
        assert stranger.status_code == 200
        assert stranger.content == anna.content
        for response in (stranger, anna):
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")
            assert response.headers["Cache-Control"] == "public, max-age=1"

    @pytest.mark.parametrize("name", [*OF_A_COMPETITION, *OF_ONE_THING])
    def test_keeps_the_code_of_a_league_secret(self, client, url, league, name):
        assert league.invite_code not in client.get(url(name)).text

    @pytest.mark.parametrize("name", ["home", "match", "player", "league", "team", "leagues"])
    def test_is_a_whole_document(self, client, url, name):
        page = client.get(url(name)).text
        assert '<html lang="en">' in page
        assert len(re.findall(r"<h1[ >]", page)) == 1
        assert re.search(r'<meta name="description" content="[^"]{10,}">', page)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))


class TestWithoutACompetition:
    @pytest.mark.parametrize("name", ["home", "players", "top_scorers"])
    def test_the_page_says_how_to_get_one(self, client, db, name):
        assert "manage.py demo_data" in client.get(reverse(f"fantasy:{name}")).text

    def test_a_wrong_address_is_not_found(self, client, db):
        assert client.get(reverse("fantasy:competition", args=["nowhere"])).status_code == 404


class TestTheScoreboard:
    def test_shows_the_score_of_each_match_in_its_own_element(self, client, url, live_match):
        page = client.get(url("competition_scoreboard")).text
        score = rf'data-match="{live_match.pk}"(?:(?!data-match=).)*<span data-score>1–0</span>'
        assert re.search(score, page, re.DOTALL)

    def test_renews_itself_every_2_seconds_while_a_match_is_live(self, client, url):
        assert 'hx-trigger="every 2s"' in client.get(url("competition_scoreboard")).text

    def test_renews_itself_every_15_seconds_otherwise(self, client, url, live_match):
        Match.objects.filter(pk=live_match.pk).update(status=Match.Status.FINISHED)
        assert 'hx-trigger="every 15s"' in client.get(url("competition_scoreboard")).text


class TestTheMatchPage:
    def finish(self, live_match, **values):
        Match.objects.filter(pk=live_match.pk).update(status=Match.Status.FINISHED, **values)

    def test_tells_who_did_what_and_when(self, client, url):
        page = client.get(url("match")).text
        assert "45+2′" in page
        assert "T01 FW 17</a>" in page

    def test_renews_its_report_while_the_match_is_live(self, client, url, live_match):
        report = f'hx-get="{url("match_report")}" hx-trigger="every 2s"'
        assert report in client.get(url("match")).text
        self.finish(live_match)
        assert report not in client.get(url("match")).text

    def test_tells_of_extra_time_and_penalties(self, client, url, live_match):
        self.finish(live_match, extra_time=True, home_penalties=3, away_penalties=4)
        page = client.get(url("match")).text
        assert "a.e.t." in page
        assert "(3–4 pens)" in page

    def test_an_own_goal_stands_on_the_side_that_gains(self, client, url, live_match):
        (unlucky,) = worlds.players_named("T01 DF 3")
        own_goal = FeedEvent(
            2, Clock(60), EventKind.OWN_GOAL, unlucky.pk, team_id=live_match.away_id
        )
        record(live_match.pk, own_goal)
        page = client.get(url("match")).text
        assert "<span data-score>1–1</span>" in page
        assert '<li class="event event-own_goal event-away">' in page

    def test_a_clean_sheet_is_one_line_for_the_side(self, client, url, live_match):
        for sequence, player in enumerate(worlds.players_named("T01 GK 1", "T01 DF 3"), start=2):
            event = FeedEvent(sequence, Clock(90), EventKind.CLEAN_SHEET, player.pk, player.team_id)
            record(live_match.pk, event)
        assert client.get(url("match")).text.count("Clean sheet") == 1


class TestTheLeague:
    def test_shows_the_points_of_the_round_and_the_captain(self, client, url):
        page = client.get(url("league")).text
        captain = page[page.index("T01 FW 17</a>") :].split("</li>")[0]
        assert "×2" in captain
        assert '<span class="squad-points">4</span>' in captain
        assert re.search(r'class="lineup-points">8<', page)

    def test_has_a_place_for_a_team_without_a_line_up(self, client, url):
        assert client.get(url("league")).text.count("No line-up.") == 2  # Ben's and Cleo's

    def test_standings_have_a_column_for_each_round_in_which_it_played(self, client, url):
        page = client.get(url("standings")).text
        assert re.findall(r'<th scope="col" class="number">(.+)</th>', page) == ["Total", "Round 2"]


class TestTheTeamPage:
    def test_counts_the_captain_twice(self, client, url):
        assert '<span class="points">8 points</span>' in client.get(url("team")).text

    def test_keeps_a_line_up_secret_until_its_deadline(self, client, url, annas_team, open_round):
        worlds.create_lineup(annas_team, open_round, worlds.legal_selection(captain="T01 GK 1"))
        assert open_round.name not in client.get(url("team")).text


class TestThePlayersPage:
    def test_is_paged_and_the_pages_keep_the_filter(self, client, url):
        page = client.get(url("players"), {"q": "T0", "page": 2}).text
        assert "Page 2 of 2" in page
        assert "84 players" in page
        assert 'href="?q=T0&amp;page=1" rel="prev"' in page

    def test_says_when_nobody_fits(self, client, url):
        assert "Nobody fits." in client.get(url("players"), {"q": "zzz"}).text
