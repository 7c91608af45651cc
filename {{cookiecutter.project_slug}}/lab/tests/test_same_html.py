"""The lab is honest: every step makes, byte for byte, the page that the site shows."""

import time

import pytest
from django.urls import get_resolver, reverse

from fantasy.models import Competition, League, Match, Player
from fantasy.views import public
from fantasy.views.scoreboard import GOAL_SCORERS
from kickoff import public_pages
from kickoff.rollout.models import Flag
from lab.steps import STEPS
from lab.steps.one_key import KEPT_S
from lab.twins import PAGES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def all_steps(memcached, start_front):
    """The site with memcached, and with a cache in front."""
    start_front()


def shown_by_site(client, page, kwargs):
    response = client.get(page.url(kwargs))
    assert response.status_code == 200
    return response.content


def differing(client, steps=STEPS):
    """The pages and steps whose HTML is not that of the site. Nothing is normalised."""
    found = []
    for page in PAGES.values():
        kwargs = page.example()
        shown = shown_by_site(client, page, kwargs)
        for name in steps:
            response = STEPS[name].respond(page, kwargs)
            assert response.status_code == 200
            if response.content != shown:
                found.append((page.name, name))
    return found


class TestEveryStepOfEveryPage:
    def test_makes_the_same_html_on_a_live_match_day(self, all_steps, match_day, client):
        match_day.play_until(150)
        states = set(Match.objects.filter(round__number=4).values_list("status", flat=True))
        assert states == {"finished", "live", "scheduled"}
        assert b"Live now" in client.get("/").content
        assert differing(client) == []

    def test_follows_a_goal(self, all_steps, match_day, client):
        match_day.play_until(150)
        pages = {page.name: shown_by_site(client, page, page.example()) for page in PAGES.values()}
        assert differing(client) == []
        match_day.play_until_the_next_goal()
        time.sleep(KEPT_S + 0.2)  # what is kept under one key is only as good as that
        assert differing(client) == []
        changed = {
            page.name
            for page in PAGES.values()
            if shown_by_site(client, page, page.example()) != pages[page.name]
        }
        assert {"front-page", "scoreboard"} <= changed

    @pytest.mark.parametrize("flag", [{"everyone": True}, {"staff": True}])
    def test_makes_the_same_html_whoever_sees_the_goals(self, all_steps, match_day, client, flag):
        Flag.objects.create(name=GOAL_SCORERS, **flag)
        match_day.play_until(150)
        assert b"match-goals" in client.get("/competitions/kickoff-cup-1/goal-board/").content
        assert differing(client) == []

    def test_makes_the_same_html_before_the_match_day_begins(self, all_steps, demo, client):
        assert differing(client) == []

    def test_makes_the_same_html_when_all_matches_are_over(self, all_steps, match_day, client):
        match_day.play_until(10_000)
        assert differing(client) == []

    def test_makes_the_same_html_without_any_server(self, match_day, client):
        match_day.play_until(150)
        here = [name for name, step in STEPS.items() if not step.obstacle()]
        assert len(here) >= 6
        assert differing(client, here) == []

    def test_makes_the_same_html_of_a_world_with_little_in_it(self, transactional_db, client):
        competition = Competition.objects.create(
            name="Nil Cup", slug="nil-cup", starts_on="2030-01-01"
        )
        team = competition.teams.create(name="Nowhere United", code="NOW")
        team.players.create(name="Zoë Quick", position="FW", number=9)
        pages = [page for page in PAGES.values() if page.example() is not None]
        assert {page.name for page in pages} == {
            *("front-page", "scoreboard", "goal-board"),
            *("players", "player-options", "player", "top-scorers"),
        }
        for page in pages:
            shown = shown_by_site(client, page, page.example())
            for name in ("naive", "joined", "page-object", "rendered", "entry", "memory"):
                assert STEPS[name].respond(page, page.example()).content == shown, name


def is_public(view):
    """Whether `@public_page` is among its decorators."""
    while view is not None:
        if view.__code__.co_filename == public_pages.__file__:
            return True
        view = getattr(view, "__wrapped__", None)
    return False


class TestThePages:
    def test_are_all_public_pages_of_the_game(self):
        views = {
            pattern.callback
            for pattern in get_resolver("fantasy.urls").url_patterns
            if is_public(pattern.callback)
        }
        assert public.league in views
        assert {page.shipped for page in PAGES.values()} == views

    def test_show_what_there_is_most_to_see_of(self, match_day):
        match_day.play_until(150)
        match = Match.objects.get(**PAGES["match"].example())
        assert match.is_live
        scorer = Player.objects.get(**PAGES["player"].example())
        assert scorer.events.filter(kind="goal").exists()
        league = League.objects.get(**PAGES["league"].example())
        assert PAGES["league"].url({"pk": league.pk}) == reverse("fantasy:league", args=[league.pk])
