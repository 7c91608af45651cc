"""The pages of the lab: they show real code and real numbers, and nobody keeps them."""

import re
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lab import measuring, results
from lab.measuring import one_at_a_time
from lab.steps import STEPS
from lab.twins import PAGES

pytestmark = pytest.mark.django_db(transaction=True)

LEAGUE = "/lab/league/"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(measuring, "LONGEST_S", 0)


def text_of(response):
    """Without tags: what a reader sees."""
    return unescape(re.sub(r"<[^>]+>", "", response.content.decode()))


class TestTheIndex:
    def test_lists_all_pages_and_steps(self, client):
        response = client.get("/lab/")
        for page in PAGES.values():
            assert f'href="{reverse("lab:page", args=[page.name])}"' in response.text
        for step in STEPS.values():
            assert step.title in text_of(response)

    def test_shows_what_was_measured_last(self, client, match_day):
        assert re.search(r"League\s+–", text_of(client.get("/lab/")))
        client.post(LEAGUE)
        assert re.search(r"League\s+[0-9.,]+", text_of(client.get("/lab/")))


class TestAPage:
    @pytest.mark.parametrize("name", PAGES)
    def test_shows_the_code_of_every_step(self, client, demo, name):
        text = text_of(client.get(f"/lab/{name}/"))
        for step in STEPS.values():
            assert step.reason(PAGES[name]) in text
        assert "def naive" in text
        assert "CacheLock On" in text
        assert "disconnect_all()" in text

    def test_measures_only_when_it_is_asked_to(self, client, match_day):
        assert "Not measured yet" in client.get(LEAGUE).text
        response = client.post(LEAGUE, follow=True)
        assert response.redirect_chain == [(LEAGUE, 302)]
        assert "Not measured yet" not in response.text
        assert response.text.count('<svg class="lab-bar"') >= 6
        assert re.search(r"1\. The naive twin\s+[0-9.,]+\s+[3-9][0-9]{2}\s", text_of(response))
        assert "select_related('player') would remove it" in text_of(response)

    def test_rests_after_a_measurement(self, client, match_day):
        client.post(LEAGUE)
        first = results.last(["league"])["league"]
        client.post(LEAGUE)
        assert results.last(["league"])["league"] == first

    def test_is_not_measured_twice_at_the_same_time(self, client, demo):
        with one_at_a_time():
            response = client.post(LEAGUE)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert results.last(["league"]) == {}

    def test_is_measured_by_nobody_elses_form(self, demo):
        assert Client(enforce_csrf_checks=True).post(LEAGUE).status_code == 403

    def test_says_how_to_get_data(self, client, transactional_db):
        assert "manage.py demo_data" in client.get(LEAGUE).text
        assert client.post(LEAGUE).status_code == 302
        assert results.last(["league"]) == {}

    def test_of_another_release_is_measured_anew(self, client, match_day, settings):
        client.post(LEAGUE)
        cache.set(f"lab.measured.{settings.CACHING_NAMESPACE}.league", b'{"page": "league"}')
        assert "Not measured yet" in client.get(LEAGUE).text


class TestNobodyKeeps:
    @pytest.mark.parametrize("path", ["/lab/", LEAGUE])
    def test_the_pages_of_the_lab(self, client, demo, path):
        headers = client.get(path).headers
        assert "public" not in headers["Cache-Control"]
        assert "no-store" in headers["Cache-Control"]

    @pytest.mark.parametrize("step", ["naive", "joined", "page-object", "rendered", "memory"])
    def test_a_page_that_a_step_has_made(self, client, demo, step):
        response = client.get(f"{LEAGUE}{step}/")
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "private, no-store"


class TestAPageOfAStep:
    def test_is_the_page_of_the_site(self, client, match_day):
        url = PAGES["league"].url(PAGES["league"].example())
        assert client.get(f"{LEAGUE}naive/").content == client.get(url).content

    def test_is_made_for_one_visitor_at_a_time(self, client, demo):
        with one_at_a_time():
            assert client.get(f"{LEAGUE}naive/").status_code == 503

    def test_that_cannot_be_shown_here_says_why(self, client, demo):
        response = client.get(f"{LEAGUE}front/")
        assert response.status_code == 503
        assert "LAB_FRONT_URL" in response.text

    @pytest.mark.parametrize("path", ["/lab/nothing/", "/lab/nothing/naive/", "/lab/league/x/"])
    def test_that_is_not_there_is_not_found(self, client, demo, path):
        assert client.get(path).status_code == 404

    def test_is_not_found_while_there_is_nothing_to_show(self, client, transactional_db):
        assert client.get(f"{LEAGUE}naive/").status_code == 404
