from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.http import require_safe

from kickoff.caching.html import Html, OldHtml
from kickoff.public_pages import (
    PublicPagesMiddleware,
    page_of,
    public_page,
    rendered_page,
    takes_gzip,
)


@public_page
def plain(request):
    return HttpResponse("the same for everybody")


@public_page
def greeting(request):
    return HttpResponse(f"Hello {request.user}")


@public_page
def counting(request):
    return HttpResponse(str(request.session.get("visits", 0)))


@public_page
def form(request):
    return HttpResponse(get_token(request))


@public_page
def remembering(request):
    response = HttpResponse("")
    response.set_cookie("seen", "1")
    return response


@public_page
def missing(request):
    return HttpResponse(status=404)


@public_page
def unchanged(request):
    return HttpResponseNotModified(headers={"ETag": '"1"'})


@public_page
def moved(request):
    return HttpResponse(status=302, headers={"Location": "/"})


@public_page
def own_words(request):
    return HttpResponse("", headers={"Cache-Control": "no-store"})


@require_safe
@rendered_page
def rendered(request):
    known = [name for name in ("session", "user", "visitor", "htmx") if hasattr(request, name)]
    return HttpResponse(f"{request.resolver_match.route} knows {known}")


@rendered_page
def rendered_greeting(request):
    return HttpResponse(f"Hello {request.user}")


@rendered_page
def rendered_form(request):
    return HttpResponse(get_token(request))


@rendered_page
def rendered_for_all_methods(request):
    return HttpResponse(request.method)


@rendered_page
def rendered_missing(request):
    raise Http404


def unmarked(request):
    return HttpResponse("")


def own_unmarked(request):
    return HttpResponse(f"Hello {request.user}")


VIEWS = [
    plain,
    greeting,
    counting,
    form,
    remembering,
    missing,
    unchanged,
    moved,
    own_words,
    unmarked,
    own_unmarked,
]
VIEWS += [rendered, rendered_greeting, rendered_form, rendered_for_all_methods, rendered_missing]
urlpatterns = [path(view.__name__, view) for view in VIEWS]
urlpatterns += [path("slashed/", rendered)]
urlpatterns += [path("", plain, name="home")]  # to which error pages lead

PUBLIC, PRIVATE = "public, max-age=1", "private, no-store"


@pytest.fixture
def told(client, settings):
    """What Cache-Control the whole site gives a view."""
    settings.ROOT_URLCONF = __name__

    def cache_control(name, **headers):
        return client.get(f"/{name}", headers=headers).headers.get("Cache-Control")

    return cache_control


class TestMarkedViews:
    def test_what_read_the_session_without_a_word_is_private(self, told):
        assert told("own_unmarked") == PRIVATE

    def test_what_is_the_same_for_everybody_is_public_for_a_second(self, told):
        assert told("plain") == PUBLIC

    def test_so_is_the_answer_that_it_has_not_changed(self, told):
        """It renews what a cache has kept: without an age, the page is asked for every time."""
        assert told("unchanged") == PUBLIC

    @pytest.mark.parametrize("view", ["greeting", "counting", "form", "remembering"])
    def test_what_belongs_to_one_visitor_never_is(self, told, view):
        assert told(view) == PRIVATE

    def test_nor_what_was_asked_for_with_a_password(self, told):
        assert told("plain", authorization="Basic YTpi") == PRIVATE

    @pytest.mark.parametrize("view", ["missing", "moved"])
    def test_errors_and_redirects_are_not(self, told, view):
        assert "public" not in (told(view) or "")

    def test_a_view_that_says_something_else_is_right(self, told):
        assert told("own_words") == "no-store"


def test_other_views_say_nothing(told):
    assert told("unmarked") is None


@pytest.mark.django_db
def test_a_signed_in_visitor_gets_the_same_public_page(told, client, django_user_model):
    """Reading nothing of theirs, it may be kept; and what is kept is nobody's."""
    client.force_login(django_user_model.objects.create_user("ann"))
    assert told("plain") == PUBLIC


@pytest.mark.urls(__name__)
class TestRenderedPages:
    def test_are_public_and_made_without_what_is_about_the_visitor(self, client):
        response = client.get("/rendered", headers={"cookie": "sessionid=abc"})
        assert response.text == "rendered knows []"
        assert response.headers["Cache-Control"] == PUBLIC

    def test_have_the_headers_that_all_pages_have(self, client):
        rendered, other = (client.get(path).headers for path in ("/rendered", "/plain"))
        assert rendered.keys() == other.keys()
        assert {"Content-Security-Policy", "X-Frame-Options", "Content-Length"} <= rendered.keys()

    def test_that_want_the_visitor_fail(self, client):
        with pytest.raises(AttributeError, match="user"):
            client.get("/rendered_greeting")

    def test_with_a_token_against_forged_requests_are_nobody_elses(self, client):
        """There is nobody to set its cookie, so a form with it would never be accepted either."""
        assert client.get("/rendered_form").headers["Cache-Control"] == PRIVATE

    def test_are_asked_before_the_visitor_is_known_only_for_reading(self, settings):
        settings.ROOT_URLCONF = __name__
        client = Client(enforce_csrf_checks=True)
        assert client.get("/rendered_for_all_methods").text == "GET"
        assert client.post("/rendered_for_all_methods").status_code == 403

    def test_that_are_not_there_are_404(self, client):
        response = client.get("/rendered_missing")
        assert response.status_code == 404
        assert "public" not in response.headers.get("Cache-Control", "")
        assert "Content-Security-Policy" in response.headers

    def test_keep_to_the_methods_of_their_view(self, client):
        assert client.post("/rendered").status_code == 405

    def test_are_not_public_when_asked_for_with_a_password(self, client):
        response = client.get("/rendered", headers={"authorization": "Basic YTpi"})
        assert response.headers["Cache-Control"] == PRIVATE

    def test_at_an_address_without_its_slash_are_found_by_a_redirect(self, client):
        assert client.get("/slashed").status_code == 301


class TestMiddleware:
    def answered(self, response, **attributes):
        request = RequestFactory().get("/page")
        for name, value in attributes.items():
            setattr(request, name, value)
        return PublicPagesMiddleware(lambda request: response)(request)

    def test_takes_public_off_what_another_decorator_has_marked(self):
        session = SessionStore()
        session.get("anything")
        response = HttpResponse(headers={"Cache-Control": "public, max-age=600"})
        answer = self.answered(response, session=session, user=AnonymousUser())
        assert answer.headers["Cache-Control"] == PRIVATE

    @pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
    def test_takes_public_off_errors(self, status):
        response = HttpResponse(status=status, headers={"Cache-Control": "public, max-age=600"})
        assert self.answered(response).headers["Cache-Control"] == PRIVATE

    def test_says_which_page_and_why(self, caplog):
        response = HttpResponse(headers={"Cache-Control": PUBLIC, "Vary": "Cookie"})
        with caplog.at_level(logging.ERROR):
            self.answered(response)
        assert caplog.messages == ["/page is not public: it varies with cookies."]

    def test_leaves_other_responses_alone(self):
        response = HttpResponse(headers={"Cache-Control": "max-age=0", "Vary": "Cookie"})
        assert self.answered(response).headers["Cache-Control"] == "max-age=0"


class TestHtml:
    TEXT = "<p>Ajax – PSV 2:1</p>" * 100

    def answer(self, **headers):
        return page_of(RequestFactory().get("/", **headers), Html.of(self.TEXT))

    def test_goes_out_as_it_is_kept(self):
        html = Html.of(self.TEXT)
        answer = self.answer(HTTP_ACCEPT_ENCODING="gzip, deflate, br, zstd")
        assert answer.content == html.gzipped
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert len(answer.content) < len(self.TEXT) / 10

    def test_is_unpacked_for_those_who_cannot(self):
        answer = self.answer()
        assert answer.content.decode() == self.TEXT
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"

    def test_lets_the_debug_toolbar_in(self, settings):
        settings.DEBUG = True
        answer = self.answer(HTTP_ACCEPT_ENCODING="gzip")
        assert answer.content.decode() == self.TEXT

    def test_of_a_moment_ago_is_kept_by_nobody(self):
        old = OldHtml(Html.of(self.TEXT).gzipped)
        view = public_page(lambda request: page_of(request, old))
        answer = PublicPagesMiddleware(view)(RequestFactory().get("/"))
        assert answer.content.decode() == self.TEXT
        assert answer.headers["Cache-Control"] == "public, max-age=0"

    def test_has_equal_bytes_for_equal_texts(self, monkeypatch):
        before = Html.of(self.TEXT)
        monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
        assert Html.of(self.TEXT) == before

    @pytest.mark.parametrize(
        ("accepted", "takes"),
        [
            ("gzip", True),
            ("br;q=1.0, GZIP;q=0.8, *;q=0.1", True),
            ("deflate, gzip;q=0.5", True),
            ("", False),
            ("br", False),
            ("gzip;q=0", False),
            ("gzip; q=0.000, br", False),
            ("gzip2", False),
        ],
    )
    def test_who_takes_it(self, accepted, takes):
        assert takes_gzip(accepted) is takes
