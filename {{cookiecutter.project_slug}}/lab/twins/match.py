"""A match, and the part of its page that renews itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from fantasy.entries import MatchReads
from fantasy.models import Match
from fantasy.views import public
from fantasy.views.found import found
from lab.twins.examples import a_match
from lab.twins.page import Page

# -- The page --------------------------------------------------------------------------------------


def naive(request: HttpRequest, pk: int) -> HttpResponse:
    match = get_object_or_404(Match, pk=pk)  # The template asks for the rest.
    return render(request, "lab/naive/match.html", {"match": match})


def joined(request: HttpRequest, pk: int) -> HttpResponse:
    matches = Match.objects.select_related("home", "away", "round__competition")
    matches = matches.prefetch_related("events__player", "events__team")
    match = get_object_or_404(matches, pk=pk)
    return render(request, "lab/naive/match.html", {"match": match})


def page_object(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "fantasy/match.html", {"match": found(Match.cached.page(pk))})


# -- The report ------------------------------------------------------------------------------------


def naive_report(request: HttpRequest, pk: int) -> HttpResponse:
    match = get_object_or_404(Match, pk=pk)
    return render(request, "lab/naive/_match_report.html", {"match": match})


def joined_report(request: HttpRequest, pk: int) -> HttpResponse:
    matches = Match.objects.select_related("home", "away")
    matches = matches.prefetch_related("events__player", "events__team")
    match = get_object_or_404(matches, pk=pk)
    return render(request, "lab/naive/_match_report.html", {"match": match})


def report_object(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "fantasy/_match_report.html", {"match": found(Match.cached.page(pk))})


REPORT_TEMPLATES = ("lab/naive/_match_report.html", "lab/naive/_clean_sheets.html")

MATCH = Page(
    name="match",
    title="Match",
    route="fantasy:match",
    example=a_match,
    naive=naive,
    joined=joined,
    page_object=page_object,
    shipped=public.match,
    builder=MatchReads.page.build,
    naive_templates=("lab/naive/match.html", *REPORT_TEMPLATES),
    templates=("fantasy/match.html", "fantasy/_match_report.html"),
)
MATCH_REPORT = Page(
    name="match-report",
    title="Match report, which renews itself",
    route="fantasy:match_report",
    example=a_match,
    naive=naive_report,
    joined=joined_report,
    page_object=report_object,
    shipped=public.match_report,
    builder=MatchReads.page.build,
    naive_templates=REPORT_TEMPLATES,
    templates=("fantasy/_match_report.html",),
)
