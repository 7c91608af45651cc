"""What belongs to one visitor is never another's, also where the author of a page was careless."""

from __future__ import annotations

import re
import time
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from kickoff.testing.http import Answer

AFTERWARDS_S = 0.2  # Apache keeps a page when its last byte has gone out
PASSWORD = "correct horse battery staple"


class Visitor:
    """Somebody with a browser, who comes through HAProxy and keeps cookies."""

    def __init__(self, haproxy, name: str) -> None:
        self.name = name
        self._haproxy = haproxy
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._remember(self._haproxy.get(path, Cookie=self._cookie()))

    def sign_up(self) -> None:
        form = {"username": self.name, "password1": PASSWORD, "password2": PASSWORD}
        answer = self.send("/accounts/sign-up/", form)
        assert answer.status == 302, answer.body

    def sign_in(self, next_page: str, **more: str) -> Answer:
        """As the form has it: with its token, unless `more` says another."""
        path = f"/accounts/sign-in/?{urlencode({'next': next_page})}"
        return self.send(path, {"username": self.name, "password": PASSWORD, **more})

    def send(self, path: str, fields: dict[str, str]) -> Answer:
        """The form of this page, with its hidden fields."""
        hidden = rb'<input type="hidden" name="(\w+)" value="([^"]*)"'
        found = re.findall(hidden, self.get(path).body)
        form = {name.decode(): unescape(value.decode()) for name, value in found} | fields
        assert "csrfmiddlewaretoken" in form
        return self._remember(
            self._haproxy.get(
                path,
                method="POST",
                body=urlencode(form),
                Cookie=self._cookie(),
                Content_Type="application/x-www-form-urlencoded",
                Origin="https://example.com",
                Referer=f"https://example.com{path}",
            )
        )

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def _remember(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
        return answer


@pytest.fixture(scope="module")
def visitors(haproxy) -> list[Visitor]:
    """Two, signed in."""
    both = [Visitor(haproxy, name) for name in ("ada", "grace")]
    for visitor in both:
        visitor.sign_up()
    return both


@pytest.mark.parametrize("path", ["/accounts/menu/", "/edge/who/"])
def test_each_sees_their_own_name(visitors, path):
    """Turn by turn; the second page says by mistake that it is everybody's."""
    for _ in range(5):
        for visitor, other in zip(visitors, reversed(visitors), strict=True):
            page = visitor.get(path)
            assert visitor.name.encode() in page.body
            assert other.name.encode() not in page.body
            time.sleep(AFTERWARDS_S / 2)


class TestSigningIn:
    """As a browser does it, by a form behind both servers."""

    OWN_PAGES = [
        "/accounts/menu/",
        "/teams/",  # sample site
        "/edge/who/",
    ]

    @pytest.mark.parametrize("path", OWN_PAGES)
    def test_the_next_page_is_the_visitors_own(self, visitors, haproxy, path):
        visitor = Visitor(haproxy, visitors[0].name)
        answer = visitor.sign_in(path)
        assert (answer.status, answer.headers["Location"]) == (302, path)

        page = visitor.get(path)
        time.sleep(AFTERWARDS_S)
        assert page.status == 200
        assert "public" not in page.headers.get("Cache-Control", "")
        assert "Age" not in page.headers
        for other in (visitors[1].get(path), haproxy.get(path)):
            assert visitor.name.encode() not in other.body
            assert "Age" not in other.headers

    def test_it_says_that_nobody_may_keep_it(self, visitors):
        said = visitors[0].get("/accounts/menu/").headers["Cache-Control"]
        assert {"private", "no-store"} <= set(said.split(", "))

    def test_without_the_token_of_the_form_nobody_is_signed_in(self, visitors, haproxy):
        visitor = Visitor(haproxy, visitors[0].name)
        assert visitor.sign_in("/", csrfmiddlewaretoken="x" * 64).status == 403
        assert visitor.name.encode() not in visitor.get("/accounts/menu/").body


# sample site: begin
def test_a_managers_page_is_not_for_strangers(visitors, haproxy):
    """Nor is the one that a manager has just got."""
    assert visitors[0].get("/teams/").status == 200
    time.sleep(AFTERWARDS_S)
    answer = haproxy.get("/teams/")
    assert (answer.status, answer.headers["Location"]) == (302, "/accounts/sign-in/?next=/teams/")


# sample site: end
def test_a_stranger_sees_nobodys_name(visitors, haproxy):
    for path in ("/accounts/menu/", "/edge/who/"):
        for visitor in visitors:
            assert visitor.name.encode() in visitor.get(path).body
            time.sleep(AFTERWARDS_S)
            page = haproxy.get(path)
            assert not [v.name for v in visitors if v.name.encode() in page.body]


def test_a_page_that_was_asked_for_with_a_session_is_the_same_for_all(visitors, haproxy):
    """The front page is public: a session neither changes it nor keeps it from being shared."""
    page = visitors[0].get("/")
    assert page.headers["Cache-Control"] == "public, max-age=1"
    assert "Set-Cookie" not in page.headers
    assert page.body == haproxy.get("/").body


@pytest.mark.parametrize("path", ["/edge/own/", "/edge/cookie/", "/edge/form/", "/edge/who/"])
def test_what_is_one_visitors_is_never_kept(site, path):
    """Asked for twice, made twice."""
    before = site.asked(path)
    answers = []
    for _ in range(2):
        answers.append(site.visit(path))
        time.sleep(AFTERWARDS_S)

    assert site.asked(path) - before == 2
    for answer in answers:
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/edge/cookie/", "/edge/form/", "/edge/own/"])
def test_each_visitor_gets_a_cookie_of_their_own(site, path):
    cookies = []
    for _ in range(3):
        cookies += site.visit(path).headers.get_all("Set-Cookie", [])
        time.sleep(AFTERWARDS_S)
    values = {cookie.partition(";")[0] for cookie in cookies}
    assert len(values) == 3


@pytest.mark.parametrize("path", ["/accounts/sign-in/", "/accounts/sign-up/", "/admin/login/"])
def test_forms_of_the_site_have_a_token_of_their_own_for_each(site, path):
    tokens = set()
    for _ in range(3):
        page = site.visit(path)
        tokens |= set(re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body))
        assert "public" not in page.headers.get("Cache-Control", "")
        time.sleep(AFTERWARDS_S)
    assert len(tokens) == 3


@pytest.mark.parametrize("path", [f"/edge/broken/{n}/" for n in (400, 403, 404, 410, 500, 503)])
def test_an_error_is_never_kept(site, path):
    """Not even one that says that it is good for an hour."""
    before = site.asked(path)
    bodies = set()
    for _ in range(2):
        bodies.add(site.visit(path).body)
        time.sleep(AFTERWARDS_S)
    assert len(bodies) == 2
    assert site.asked(path) - before == 2


@pytest.mark.parametrize("path", ["/none/", "/edge/kept/", "/static/none.css", "/accounts/menu"])
def test_nor_what_the_site_says_when_there_is_nothing(site, path):
    for _ in range(2):
        answer = site.visit(path)
        time.sleep(AFTERWARDS_S)
        assert answer.status in {301, 404}
        assert "Age" not in answer.headers


@pytest.mark.parametrize("kind", ["changed", "unsaid"])
def test_a_page_that_does_not_say_how_long_is_never_kept(site, kind):
    """Apache's own guess for one that says when it was changed: a tenth of its age."""
    path = f"/edge/{kind}/once/"
    bodies = set()
    for _ in range(2):
        bodies.add(site.visit(path).body)
        time.sleep(AFTERWARDS_S)
    assert len(bodies) == 2


def test_python_hears_no_password_that_comes_with_a_request(site):
    """So what it says cannot depend on one, and `public` stays true."""
    answer = site.visit("/edge/told/", Authorization="Basic YWRhOnNlY3JldA==")
    assert answer.status == 200
    assert b"YWRhOnNlY3JldA" not in answer.body
