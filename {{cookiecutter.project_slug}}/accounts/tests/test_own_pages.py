"""Who was seen before gets the menu in one round trip to memcached, and never a wrong one."""

import re

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.cached_db import KEY_PREFIX
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from accounts.entries import TOKEN_PLACE
from accounts.models import User
from kickoff.caching.last_seen import LastSeen, last_seen
from kickoff.caching.runtime import current_store
from kickoff.testing.round_trips import counting_proxy

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture
def round_trips(settings, memcached_server):
    """The site on memcached, with its sessions; counts the round trips."""
    with counting_proxy(memcached_server.port) as proxy:
        address = f"127.0.0.1:{proxy.port}"
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
        settings.CACHE_URL = f"memcached://{address}"
        settings.CACHES = {
            "default": {
                "BACKEND": "kickoff.caching.django_cache.MemcachedCache",
                "LOCATION": address,
            }
        }
        yield proxy
        current_store().close()
        caches["default"].disconnect()


@pytest.fixture
def ana():
    return User.objects.create_user("ana", password="secret")


@pytest.fixture
def browser(round_trips, ana):
    """Signed in as ana, and seen by this process."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    for _ in range(2):  # The second one is early, and renders what the next ones get.
        look(client)
    return client


def look(client, **headers):
    response = client.get(reverse("menu"), headers=headers)
    assert response.status_code == 200
    return response


def is_early(response):
    return not hasattr(response.wsgi_request, "user")


def greets(response, name="ana"):
    return f'<span class="menu-name">{name}</span>' in response.text


def session_of(client):
    return client.cookies["sessionid"].value


class TestAnEarlyAnswer:
    def test_takes_one_round_trip_and_no_query(
        self, browser, round_trips, django_assert_num_queries
    ):
        before = round_trips.round_trips
        with django_assert_num_queries(0):
            response = look(browser)
        assert is_early(response)
        assert greets(response)
        assert round_trips.round_trips - before == 1

    def test_is_what_the_view_answers(self, browser):
        del browser.cookies["csrftoken"]  # The view makes one, and a page with it.
        pages = {}
        for _ in range(2):
            response = look(browser)
            text = TOKEN.sub("", response.text)
            pages[is_early(response)] = re.sub(r"\s*([<>])\s*", r"\1", text)
        assert pages[True] == pages[False]

    def test_belongs_to_its_visitor(self, browser):
        headers = look(browser).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert "Cookie" in headers["Vary"]

    def test_holds_a_token_with_which_to_sign_out(self, browser):
        token = TOKEN.search(look(browser).text)[1]
        assert browser.post(reverse("logout"), {"csrfmiddlewaretoken": token}).status_code == 302
        assert not greets(look(browser))

    def test_is_for_those_who_only_look(self, browser):
        assert is_early(browser.head(reverse("menu")))
        assert browser.post(reverse("menu")).status_code == 403

    @pytest.mark.parametrize("value", ["", "x" * 31, '"><script>' + 22 * "x", TOKEN_PLACE])
    def test_needs_a_cookie_with_a_secret(self, browser, value):
        browser.cookies["csrftoken"] = value
        response = look(browser)
        assert not is_early(response)
        assert greets(response)
        assert TOKEN.search(response.text)
        assert TOKEN_PLACE not in response.text


class TestWhatCountsAtOnce:
    def test_signing_out_in_another_window(self, browser):
        window = Client()
        window.cookies = browser.cookies.copy()
        window.post(reverse("logout"))
        assert not greets(look(browser))

    def test_the_end_of_an_account(self, browser, ana):
        ana.is_active = False
        ana.save()
        assert not greets(look(browser))

    def test_a_deleted_account(self, browser, ana):
        ana.delete()
        assert not greets(look(browser))

    def test_a_new_password(self, browser, ana):
        ana.set_password("another")
        ana.save()
        assert not greets(look(browser))

    def test_a_new_name(self, browser, ana):
        ana.username = "anna"
        ana.save()
        assert greets(look(browser), "anna")
        response = look(browser)
        assert is_early(response)
        assert greets(response, "anna")

    def test_a_session_that_only_the_database_has_takes_the_ordinary_way(self, browser):
        caches["default"].delete(KEY_PREFIX + session_of(browser))
        response = look(browser)
        assert not is_early(response)
        assert greets(response)


class TestAGuess:
    """What this process knows of a session is used to ask, and for nothing else."""

    def test_at_another_user_shows_nobody_elses_menu(self, browser):
        ben = User.objects.create_user("ben")
        last_seen.keep(session_of(browser), ben.pk)
        response = look(browser)
        assert not is_early(response)
        assert greets(response)
        assert is_early(look(browser))

    def test_is_none_in_a_process_that_has_not_seen_the_session(self, browser):
        last_seen.forget()
        assert [is_early(look(browser)) for _ in range(2)] == [False, True]

    def test_does_not_sign_in_who_says_another_session(self, browser):
        stranger = Client()
        stranger.cookies["sessionid"] = "made-up"
        last_seen.keep("made-up", User.objects.get(username="ana").pk)
        assert not greets(look(stranger))

    def test_is_forgotten_for_newer_ones(self):
        seen = LastSeen(2)
        for number, session in enumerate("abac"):
            seen.keep(session, number)
        assert [seen.user_of(session) for session in "abc"] == [2, None, 3]


class TestTheOrdinaryWay:
    def test_is_taken_when_memcached_is_away(self, browser, memcached_server):
        memcached_server.stop()
        response = look(browser)
        assert not is_early(response)
        assert greets(response)

    def test_is_taken_while_a_message_waits_in_the_session(self, browser, settings):
        settings.MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
        request = look_ordinarily(browser)
        messages.success(request, "It is saved.")
        request._messages.update(None)
        request.session.save()
        assert "It is saved." in look(browser).text
        assert is_early(look(browser))

    def test_is_taken_while_one_waits_in_a_cookie(self, browser):
        browser.cookies[CookieStorage.cookie_name] = "something"
        assert not is_early(look(browser))

    def test_is_taken_when_each_request_renews_the_session(self, browser, settings):
        settings.SESSION_SAVE_EVERY_REQUEST = True
        assert not is_early(look(browser))

    def test_is_taken_when_sessions_are_kept_elsewhere(self, browser, settings, ana):
        settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
        response = look(browser)
        assert not is_early(response)
        assert greets(response)


def look_ordinarily(client):
    """The request of an answer by the view."""
    last_seen.keep(session_of(client), 0)
    return look(client).wsgi_request
