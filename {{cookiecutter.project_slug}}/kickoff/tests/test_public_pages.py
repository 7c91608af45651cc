from __future__ import annotations

import logging

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.test import RequestFactory
from django.urls import path

from kickoff.public_pages import PublicPagesMiddleware, public_page


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


def unmarked(request):
    return HttpResponse("")


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
]
urlpatterns = [path(view.__name__, view) for view in VIEWS]

PUBLIC, PRIVATE = "public, max-age=1", "private, no-store"


@pytest.fixture
def told(client, settings):
    """What Cache-Control the whole site gives a view."""
    settings.ROOT_URLCONF = __name__

    def cache_control(name, **headers):
        return client.get(f"/{name}", headers=headers).headers.get("Cache-Control")

    return cache_control


class TestMarkedViews:
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
