"""The same visitor stays in or out: signed out, signed in, on another node, after a lost cache."""

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from kickoff.rollout.middleware import _id_of
from kickoff.rollout.models import KnownVisitor
from kickoff.rollout.tests.conftest import sees, visitor_ids
from kickoff.rollout.visitors import id_of_account

pytestmark = pytest.mark.django_db

HALF = 50


@pytest.fixture
def half(change):
    """The flag has reached half of the visitors."""
    change(percent=HALF)


@pytest.fixture
def inside(new_browser, half):
    """A function that opens the browser of a visitor who sees this: "new" or "old"."""

    def inside(wanted):
        for visitor_id in visitor_ids(100):
            browser = new_browser(visitor_id)
            if sees(browser) == wanted:
                return browser
        raise AssertionError(f"nobody of 100 sees {wanted}")

    return inside


class TestASignedOutVisitor:
    def test_stays_in_or_out(self, new_browser, half):
        for browser in [new_browser() for _ in range(20)]:
            assert len({sees(browser) for _ in range(5)}) == 1

    def test_may_be_in_or_out(self, new_browser, half):
        """By pure chance all of 40 are on one side once in 500,000,000,000 runs."""
        assert {sees(new_browser()) for _ in range(40)} == {"new", "old"}

    def test_gets_a_cookie_that_says_nothing_about_the_flag(self, new_browser, half):
        browser = new_browser()
        browser.get("/own")
        cookie = browser.cookies["visitor"]
        assert len(cookie.value) == 22
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 31_536_000

    def test_gets_it_once(self, new_browser, half):
        browser = new_browser()
        assert browser.get("/own").cookies
        assert not browser.get("/own").cookies

    def test_gets_it_over_https_only_where_the_session_does(self, new_browser, half, settings):
        settings.SESSION_COOKIE_SECURE = True
        assert new_browser().get("/own").cookies["visitor"]["secure"]

    @pytest.mark.parametrize(
        "junk", ["x", "1" * 65, "visitor id with blanks", '"><script>alert(1)']
    )
    def test_with_a_cookie_that_is_none_of_ours_gets_another(self, new_browser, half, junk):
        assert new_browser(junk).get("/own").cookies["visitor"].value != junk

    def test_gets_none_while_nothing_depends_on_who_it_is(self, new_browser, change):
        for says in ({}, {"percent": 100}, {"everyone": True}, {"everyone": False}):
            change(**says)
            for page in ("/own", "/shared"):
                assert not new_browser().get(page).cookies

    def test_keeps_what_it_has_while_the_percentage_goes_up(self, new_browser, change):
        browsers = [new_browser(visitor_id) for visitor_id in visitor_ids(60)]
        before = [False] * len(browsers)
        for percent in (1, 10, 50, 100):
            change(percent=percent)
            now = [sees(browser) == "new" for browser in browsers]
            assert all(new for new, was_new in zip(now, before, strict=True) if was_new)
            before = now
        assert all(before)


class TestSigningIn:
    @pytest.mark.parametrize("seen", ["new", "old"])
    def test_changes_nothing(self, inside, user, seen):
        browser = inside(seen)
        browser.get("/sign-in/ana")
        assert sees(browser) == seen

    @pytest.mark.parametrize("seen", ["new", "old"])
    def test_nor_does_signing_out(self, inside, user, seen):
        browser = inside(seen)
        browser.get("/sign-in/ana")
        browser.get("/sign_out")
        assert sees(browser) == seen

    @pytest.mark.parametrize(("first", "second"), [("new", "old"), ("old", "new")])
    def test_elsewhere_brings_along_what_the_account_has(self, inside, user, first, second):
        desk, phone = inside(first), inside(second)
        desk.get("/sign-in/ana")
        phone.get("/sign-in/ana")
        assert sees(phone) == sees(desk) == first
        phone.get("/sign_out")
        assert sees(phone) == first

    def test_without_a_cookie_gives_the_same_on_all_devices(self, new_browser, half, user):
        desk, phone = new_browser(), new_browser()
        for browser in (desk, phone):
            browser.get("/sign-in/ana")
            sees(browser)
        assert desk.cookies["visitor"].value == phone.cookies["visitor"].value

    def test_long_ago_and_without_a_cookie_does_too(self, new_browser, half, user):
        """Sessions from the time before the first flag."""
        desk, phone = new_browser(), new_browser()
        for browser in (desk, phone):
            browser.force_login(user)
            sees(browser)
        assert desk.cookies["visitor"].value == phone.cookies["visitor"].value

    def test_keeps_one_id_for_an_account(self, inside, user):
        for browser in (inside("new"), inside("old"), inside("new")):
            browser.get("/sign-in/ana")
        assert KnownVisitor.objects.count() == 1

    def test_keeps_nothing_while_there_are_no_flags(self, flag, new_browser, user):
        flag.delete()
        response = new_browser("a" * 16).get("/sign-in/ana")
        assert "visitor" not in response.cookies
        assert not KnownVisitor.objects.exists()


class TestAResponse:
    @pytest.mark.parametrize("says", [{"percent": 50}, {"staff": True}, {"authenticated": True}])
    def test_that_depends_on_the_visitor_is_private(self, new_browser, change, says):
        change(**says)
        for browser in (new_browser(), new_browser("a" * 16)):
            response = browser.get("/own")
            assert response.headers["Cache-Control"] == "private, no-store"
            assert "Cookie" in response.headers["Vary"]

    @pytest.mark.parametrize("says", [{"percent": 50}, {"staff": True}, {"authenticated": True}])
    def test_is_private_even_where_the_view_calls_it_public(
        self, new_browser, change, says, caplog
    ):
        change(**says)
        with caplog.at_level(logging.ERROR):
            response = new_browser("a" * 16).get("/careless")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "/careless is not public" in caplog.text

    @pytest.mark.parametrize("says", [{}, {"everyone": True}, {"percent": 100}])
    def test_that_is_the_same_for_everybody_stays_public(self, new_browser, change, says):
        change(**says)
        response = new_browser("a" * 16).get("/careless")
        assert response.headers["Cache-Control"] == "public, max-age=1"

    @pytest.mark.parametrize(
        ("says", "shown"),
        [
            ({}, "old"),
            ({"everyone": True}, "new"),
            ({"percent": 100}, "new"),
            ({"percent": 1}, "ask"),
        ],
    )
    def test_that_asks_only_for_all_is_always_public(self, new_browser, change, says, shown):
        change(**says)
        response = new_browser("a" * 16).get("/shared")
        assert response.text == shown
        assert response.headers["Cache-Control"] == "public, max-age=1"
        assert not response.cookies


class FrontCache:
    """What keeps public pages in front of the site, for all visitors and for ever."""

    def __init__(self):
        self.kept = {}

    def get(self, browser, path):
        if path not in self.kept:
            response = browser.get(path)
            if "public" not in response.headers.get("Cache-Control", ""):
                return response.text
            self.kept[path] = response.text
        return self.kept[path]


@pytest.mark.parametrize("path", ["/own", "/careless", "/shared", "/tagged"])
def test_two_visitors_of_a_page_never_get_each_others(new_browser, half, path):
    front = FrontCache()
    browsers = [new_browser(visitor_id) for visitor_id in visitor_ids(30)]
    alone = [browser.get(path).text for browser in browsers]
    assert [front.get(browser, path) for browser in browsers] == alone
    assert set(alone) == ({"ask"} if path == "/shared" else {"new", "old"})


def test_an_account_that_is_gone_still_has_an_id(db):
    assert _id_of(987_654) == id_of_account(987_654)


class TestMistakes:
    def test_without_a_request_there_is_an_error(self, flag, half):
        with pytest.raises(ImproperlyConfigured, match="let the view decide"):
            flag.is_active(None)

    def test_without_the_middleware_there_is_an_error(self, flag, half):
        with pytest.raises(ImproperlyConfigured, match="RolloutMiddleware in MIDDLEWARE"):
            flag.is_active(RequestFactory().get("/"))
