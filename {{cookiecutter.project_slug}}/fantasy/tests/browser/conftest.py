"""A real browser: one for each module, a fresh window for each test."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Error, expect, sync_playwright

from kickoff.caching.leadership import Leadership
from kickoff.caching.refresher import Refresher, Shard

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
FLAGS = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
HOW_TO_INSTALL = (
    "No browser to test with. Install chromium, or: python -m playwright install chromium"
)


# Not for the session: Playwright keeps an event loop in this thread, in which no other may run and
# Django refuses to ask a database.
@pytest.fixture(scope="module")
def browser():
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        started = _start(playwright)
        expect.set_options(timeout=15_000)  # milliseconds: a busy machine is no failure
        yield started
        started.close()


@pytest.fixture
def running_refresher(transactional_db, competition):
    """A refresher in a thread, as it runs beside the web processes of a site.

    The competition comes first: "there is none" would be cached for a second.
    """
    stop = Event()

    def run():
        try:
            Refresher(Shard(), Leadership("1/1")).run(stop.is_set)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=1) as thread:
        running = thread.submit(run)
        yield
        stop.set()
        running.result(timeout=30)  # raises what has stopped it before its time


@pytest.fixture
def open_window(browser, running_refresher, live_server):
    """A function that opens a window on the site. At the end no window may have seen an error."""
    contexts, errors = [], []

    def open_window(viewport=DESKTOP, user=None, **options):
        context = browser.new_context(base_url=live_server.url, viewport=viewport, **options)
        contexts.append(context)
        if user:
            context.add_cookies([_session_cookie(user, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_window):
    """A visitor's window on a desk."""
    return open_window()


def _start(playwright):
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    # As root the sandbox does not start.
    flags = [*FLAGS, "--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else FLAGS
    try:
        return playwright.chromium.launch(executable_path=found, args=flags)
    except Error as error:
        if "Executable doesn't exist" not in str(error):
            raise
    if os.environ.get("CI") == "true":
        pytest.fail(HOW_TO_INSTALL, pytrace=False)
    pytest.skip(HOW_TO_INSTALL)


def _session_cookie(user, url):
    client = Client()
    client.force_login(user)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}
