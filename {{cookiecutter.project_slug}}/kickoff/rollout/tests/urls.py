"""Pages behind a flag, decided in each way that there is."""

from django.contrib import admin
from django.contrib.auth import get_user_model, login, logout
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from waffle import flag_is_active
from waffle.decorators import waffle_flag

from kickoff.public_pages import public_page
from kickoff.rollout.models import Flag


def own(request):
    return HttpResponse("new" if flag_is_active(request, "new") else "old")


@public_page
def careless(request):
    """Says that it is the same for everybody, and is not."""
    return own(request)


@public_page
def shared(request):
    return HttpResponse({True: "new", False: "old", None: "ask"}[Flag.for_all("new")])


@waffle_flag("new")
def decorated(request):
    return HttpResponse("new")


def tagged(request):
    template = "{% load waffle_tags %}{% flag new %}new{% else %}old{% endflag %}"
    return HttpResponse(engines["django"].from_string(template).render({}, request))


def sign_in(request, name):
    login(request, get_user_model().objects.get(username=name))
    return HttpResponse()


def sign_out(request):
    logout(request)
    return HttpResponse()


def handler404(request, exception):
    return HttpResponse("not found", status=404)


urlpatterns = [
    path("admin/", admin.site.urls),
    path("sign-in/<name>", sign_in),
    *[path(view.__name__, view) for view in (own, careless, shared, decorated, tagged, sign_out)],
]
