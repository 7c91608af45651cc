"""The pages of someone who plays: own teams, the line-up editor, creating and joining a league."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.own_pages import own_page
from fantasy.entries.league import FantasyTeamReads
from fantasy.forms.leagues import CreateLeagueForm, JoinLeagueForm
from fantasy.forms.lineup import LineupForm
from fantasy.leagues import JoinRefusedError, NameTakenError, create_league, join_league
from fantasy.lineups import DeadlinePassedError, save_lineup
from fantasy.models import Competition, FantasyTeam
from fantasy.pages import OwnTeam, latest_lineup
from fantasy.views.found import found

ROUND_NUMBER = re.compile(r"[0-9]{1,4}")
GET_OR_POST = ["GET", "HEAD", "POST"]


@own_page(FantasyTeamReads.of_user_html)
@login_required
@require_safe
def my_teams(request: HttpRequest) -> HttpResponse:
    """The visitor's teams in all leagues."""
    teams = FantasyTeam.cached.of_user(_user_id(request))
    return render(request, "fantasy/my_teams.html", {"teams": teams})


@login_required
@require_http_methods(GET_OR_POST)
def new_league(request: HttpRequest) -> HttpResponse:
    """Founds a league in the current competition."""
    competition = Competition.cached.named()
    if competition is None:
        return render(request, "fantasy/no_competition.html")
    form = CreateLeagueForm(request.POST or None, competition.pk)
    if request.method == "POST" and form.is_valid():
        name, team_name = form.cleaned_data["name"], form.cleaned_data["team_name"]
        try:
            team = create_league(_user_id(request), competition.pk, name, team_name)
        except NameTakenError:
            form.say_that_the_name_is_taken()
        else:
            messages.success(request, f"{name} is founded. Now set your line-up.")
            return redirect("fantasy:edit_lineup", team.pk)
    return render(request, "fantasy/new_league.html", {"form": form, "competition": competition})


@login_required
@require_http_methods(GET_OR_POST)
def join(request: HttpRequest) -> HttpResponse:
    """Enters a league with an invitation code."""
    form = JoinLeagueForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    if request.method == "POST" and form.is_valid():
        league, team_name = form.cleaned_data["code"], form.cleaned_data["team_name"]
        try:
            team = join_league(_user_id(request), league, team_name)
        except JoinRefusedError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"You are in {league.name}. Now set your line-up.")
            return redirect("fantasy:edit_lineup", team.pk)
    return render(request, "fantasy/join_league.html", {"form": form})


@login_required
@require_http_methods(GET_OR_POST)
def edit_lineup(request: HttpRequest, pk: int) -> HttpResponse:
    """The line-up of one of the visitor's teams for the next round whose deadline is to come."""
    team = _own_team(request, pk)
    calendar = found(Competition.cached.calendar(team.league.competition_id))
    round_ = calendar.to_edit(timezone.now(), _round_number(request))
    if round_ is None:
        return render(request, "fantasy/lineup_closed.html", {"team": team})
    squads = found(Competition.cached.squads(team.league.competition_id))
    form = LineupForm(request.POST or None, squads, round_)
    if request.method != "POST":
        form.show(latest_lineup(FantasyTeam.cached.lineups(team.pk) or (), calendar, round_))
    if request.method == "POST" and form.is_valid():
        try:
            save_lineup(team, round_, form.selection)
        except DeadlinePassedError:
            form.say_that_the_deadline_has_passed()
        else:
            messages.success(request, f"Your line-up for {round_.name} is saved.")
            return redirect("fantasy:edit_lineup", team.pk)
    context = {"team": team, "competition": calendar.competition, "round": round_, "form": form}
    return render(request, "fantasy/edit_lineup.html", context)


def _user_id(request: HttpRequest) -> int:
    user_id = request.user.pk
    assert user_id is not None, "behind login_required"
    return user_id


def _own_team(request: HttpRequest, pk: int) -> OwnTeam:
    """Raises Http404 for a team that is not the visitor's."""
    teams = FantasyTeam.cached.of_user(_user_id(request)) or ()
    return found(next((team for team in teams if team.pk == pk), None))


def _round_number(request: HttpRequest) -> int | None:
    """The round that the form was made for."""
    number = request.POST.get("round", "")
    return int(number) if ROUND_NUMBER.fullmatch(number) else None
