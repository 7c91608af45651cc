"""A small site behind the middleware of the whole one, with a flag called "new"."""

import pytest
from django.test import Client

from kickoff.caching.leadership import Leadership
from kickoff.caching.reading import reader
from kickoff.caching.refresher import Refresher, Shard
from kickoff.rollout.models import Flag
from kickoff.testing.servers import memcached_server, shared_memcached  # noqa: F401 (fixtures)


@pytest.fixture
def flag(db, settings):
    """A flag that lets nobody in yet."""
    settings.ROOT_URLCONF = "kickoff.rollout.tests.urls"
    return Flag.objects.create(name="new", superusers=False)


@pytest.fixture
def user(db, django_user_model):
    return django_user_model.objects.create_user("ana")


@pytest.fixture
def new_browser(flag):
    """A function that opens a browser without cookies, or with the cookie of a visitor."""

    def new_browser(visitor_id=None):
        browser = Client()
        if visitor_id:
            browser.cookies["visitor"] = visitor_id
        return browser

    return new_browser


@pytest.fixture
def change(flag):
    """A function that changes the flag, and what it says is known everywhere."""

    def change(**values):
        for name, value in values.items():
            setattr(flag, name, value)
        flag.save()
        refresh()

    return change


def refresh():
    """What the refresher does within half a second."""
    Refresher(Shard(), Leadership("1/1")).once()
    reader.memory.forget()


def sees(browser):
    """What the page of the visitor's own shows: "new" or "old"."""
    return browser.get("/own").text


def visitor_ids(count):
    """As many different ids, the same ones each time."""
    return [f"visitor-{number:08}" for number in range(count)]
