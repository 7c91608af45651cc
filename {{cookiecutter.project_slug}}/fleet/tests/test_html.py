"""What a visitor finds in the pages: of the real templates, so that a change of theirs is seen."""

import pytest
from django.urls import reverse

from accounts.models import User
from fantasy.models import Match
from fantasy.visits import world
from fleet import html
from fleet.html import Score

pytestmark = pytest.mark.django_db


@pytest.fixture
def game():
    return world()


def page(client, name, *arguments):
    return client.get(reverse(name, args=arguments)).text


class TestLinks:
    def test_lead_from_the_front_page_to_matches_and_the_scoreboard(self, client, game):
        front = page(client, "home")
        assert reverse("fantasy:match", args=[game.match.pk]) in html.links(front, r"/matches/\d+/")
        board = reverse("fantasy:competition_scoreboard", args=[game.competition.slug])
        assert html.links(front, r"/competitions/[\w-]+/scoreboard/") == [board]

    def test_are_each_named_once(self):
        assert html.links('<a href="/a/"><a href="/b/"><a href="/a/">', "/[ab]/") == ["/a/", "/b/"]


class TestLiveScores:
    @pytest.mark.parametrize("name", ["home", "fantasy:scoreboard"])
    def test_of_the_scoreboard(self, client, game, name):
        Match.objects.filter(pk=game.match.pk).update(minute=71, home_goals=2, away_goals=3)
        assert list(html.live_scores(page(client, name))) == [Score(game.match.pk, 71, 5)]

    @pytest.mark.parametrize("name", ["fantasy:match", "fantasy:match_report"])
    def test_of_a_match(self, client, game, name):
        Match.objects.filter(pk=game.match.pk).update(minute=8, home_goals=1)
        found = list(html.live_scores(page(client, name, game.match.pk)))
        assert found == [Score(game.match.pk, 8, 1)]

    def test_of_several_matches_are_not_mixed(self, client, game):
        other = Match.objects.fixtures().first()
        Match.objects.filter(pk=other.pk).update(status=Match.Status.LIVE, minute=3)
        Match.objects.filter(pk=game.match.pk).update(minute=50, away_goals=7)
        found = {score.match: score for score in html.live_scores(page(client, "home"))}
        assert found == {
            game.match.pk: Score(game.match.pk, 50, 7),
            other.pk: Score(other.pk, 3, 0),
        }

    def test_of_a_match_that_is_over_are_none(self, client, game):
        Match.objects.filter(pk=game.match.pk).update(status=Match.Status.FINISHED)
        assert list(html.live_scores(page(client, "home"))) == []


class TestTheLineUpEditor:
    @pytest.fixture
    def full_game(self):
        """With squads of the real size, so that there are others to choose."""
        return world(players=21)

    @pytest.fixture
    def players(self, client, full_game):
        slug = full_game.competition.slug
        return html.players_by_position(page(client, "fantasy:player_options", slug))

    def test_offers_players_of_all_positions(self, players):
        assert players.keys() == html.STARTERS.keys() == html.BENCH.keys()

    @pytest.mark.parametrize("turn", [0, 1, 7, 40, 1_000])
    def test_takes_our_line_ups_and_shows_the_captain(self, client, full_game, players, turn):
        client.force_login(User.objects.get(pk=full_game.anna.pk))
        editor = reverse("fantasy:edit_lineup", args=[full_game.team.pk])
        fields = html.lineup(players, turn)
        response = client.post(editor, fields)
        assert response.status_code == 302, response.text
        shown = client.get(editor).text
        assert html.shown_captain(shown) == int(fields["captain"])
        assert html.csrf_token(shown)

    def test_gets_others_each_turn(self, players):
        first, second = html.lineup(players, 1), html.lineup(players, 2)
        assert first != second


def test_a_page_without_a_form_has_no_token():
    with pytest.raises(LookupError, match="no form"):
        html.csrf_token("<p>Closed</p>")
