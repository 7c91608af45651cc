"""The lab: its pages, a measurement, and each public page as each step makes it."""

from __future__ import annotations

import platform

import django
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kickoff.caching.reading import BusyError
from kickoff.public_pages import PRIVATE
from lab import results
from lab.measuring import measure, one_at_a_time
from lab.shown import scale_of, shown_steps, sources_of
from lab.steps import STEPS
from lab.steps.step import NotHereError
from lab.twins import PAGES
from lab.twins.page import Page

RETRY_AFTER_S = 5


@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All pages, with their last measurements."""
    measured = results.last(PAGES)
    pages = [(page, shown_steps(page, measured.get(page.name))) for page in PAGES.values()]
    return render(request, "lab/index.html", {"pages": pages, "steps": STEPS.values()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """The steps of one page; POST measures them, which takes seconds."""
    shown = _page(name)
    kwargs = shown.example()
    measurement = results.last([name]).get(name)
    if request.method == "POST":
        if kwargs is not None and not results.is_resting(measurement):
            try:
                with one_at_a_time():
                    results.keep(measure(shown, kwargs))
            except (BusyError, NotHereError) as reason:
                return _busy(request, str(reason))
        return redirect("lab:page", name)
    steps = shown_steps(shown, measurement)
    context = {
        "page": shown,
        "url": None if kwargs is None else shown.url(kwargs),
        "measurement": measurement,
        "scale": scale_of(measurement),
        "steps": steps,
        "cards": [(one, sources_of(one.step, shown)) for one in steps],
        "machine": f"Python {platform.python_version()}, Django {django.get_version()}",
        "is_debug": settings.DEBUG,
    }
    return render(request, "lab/page.html", context)


@require_safe
def step(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """A public page, made by one step. It is as slow as that: one at a time."""
    shown, chosen = _page(name), STEPS.get(step)
    kwargs = shown.example()
    if chosen is None or kwargs is None:
        raise Http404("There is no such page in the lab.")
    try:
        if obstacle := chosen.obstacle():
            raise NotHereError(obstacle)
        with one_at_a_time():
            response = chosen.respond(shown, kwargs)
    except (BusyError, NotHereError) as reason:
        return _busy(request, str(reason))
    response.headers["Cache-Control"] = PRIVATE
    return response


def _page(name: str) -> Page:
    if name not in PAGES:
        raise Http404("There is no such page in the lab.")
    return PAGES[name]


def _busy(request: HttpRequest, reason: str) -> HttpResponse:
    response = render(request, "lab/busy.html", {"reason": reason}, status=503)
    response.headers["Cache-Control"] = PRIVATE
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
