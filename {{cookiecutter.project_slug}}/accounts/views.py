"""Signing up, and the personal part of every page."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.entries import UserReads
from accounts.forms import SignUpForm
from accounts.own_pages import own_page, with_token


@sensitive_post_parameters("password1", "password2")
@never_cache
def sign_up(request: HttpRequest) -> HttpResponse:
    """Creates an account, signs its owner in, and leads on to the page that they came for."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next_page(request))
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (user := form.save_if_free()):
        login(request, user)
        messages.success(request, f"Welcome, {user.get_username()}.")
        return HttpResponseRedirect(_next_page(request))
    return render(request, "registration/sign_up.html", {"form": form})


@own_page(UserReads.menu_html, with_token)
@require_safe
@never_cache
def menu(request: HttpRequest) -> HttpResponse:
    """The visitor's own menu: fetched by every page, so that the page is the same for everybody."""
    return render(request, "accounts/_menu.html")


def _next_page(request: HttpRequest) -> str:
    """Where `?next=` leads if that is a page of this site, else the front page."""
    wanted = request.GET.get("next", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("home")
