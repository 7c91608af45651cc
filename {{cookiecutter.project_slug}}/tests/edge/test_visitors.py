"""What belongs to one visitor is never another's, also where the author of a page was careless."""

from __future__ import annotations

import re
import time
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
        page = self.get("/accounts/sign-up/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert token
        form = {
            "csrfmiddlewaretoken": token[1].decode(),
            "username": self.name,
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        answer = self._remember(
            self._haproxy.get(
                "/accounts/sign-up/",
                method="POST",
                body=urlencode(form),
                Cookie=self._cookie(),
                Content_Type="application/x-www-form-urlencoded",
                Origin="https://example.com",
                Referer="https://example.com/accounts/sign-up/",
            )
        )
        assert answer.status == 302, answer.body

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
