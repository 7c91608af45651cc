"""The pages of someone who plays: own teams, the line-up editor, creating and joining a league."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fantasy.forms.leagues import CreateLeagueForm, JoinLeagueForm
from fantasy.forms.lineup import LineupForm
from fantasy.leagues import JoinRefusedError, NameTakenError, create_league, join_league
from fantasy.lineups import DeadlinePassedError, save_lineup
from fantasy.models import Competition, FantasyTeam, Lineup, Round

ROUND_NUMBER = re.compile(r"[0-9]{1,4}")
GET_OR_POST = ["GET", "HEAD", "POST"]


@login_required
@require_safe
def my_teams(request: HttpRequest) -> HttpResponse:
    """The visitor's teams in all leagues."""
    teams = FantasyTeam.objects.of_user(_user_id(request))
    return render(request, "fantasy/my_teams.html", {"teams": teams})


@login_required
@require_http_methods(GET_OR_POST)
def new_league(request: HttpRequest) -> HttpResponse:
    """Founds a league in the current competition."""
    competition = Competition.objects.current()
    if competition is None:
        return render(request, "fantasy/no_competition.html")
    form = CreateLeagueForm(request.POST or None, competition)
    if request.method == "POST" and form.is_valid():
        name, team_name = form.cleaned_data["name"], form.cleaned_data["team_name"]
        try:
            team = create_league(_user_id(request), competition, name, team_name)
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
    team = get_object_or_404(FantasyTeam.objects.of_user(_user_id(request)), pk=pk)
    competition = team.membership.league.competition
    round_ = _round_to_edit(request, competition)
    if round_ is None:
        return render(request, "fantasy/lineup_closed.html", {"team": team})
    form = LineupForm(
        request.POST or None, competition, round_, Lineup.objects.latest_of(team, round_)
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_lineup(team, round_, form.selection)
        except DeadlinePassedError:
            form.say_that_the_deadline_has_passed()
        else:
            messages.success(request, f"Your line-up for {round_.name} is saved.")
            return redirect("fantasy:edit_lineup", team.pk)
    context = {"team": team, "competition": competition, "round": round_, "form": form}
    return render(request, "fantasy/edit_lineup.html", context)


def _user_id(request: HttpRequest) -> int:
    user_id = request.user.pk
    assert user_id is not None, "behind login_required"
    return user_id


def _round_to_edit(request: HttpRequest, competition: Competition) -> Round | None:
    """The round that the form was made for, or the next open one."""
    rounds = Round.objects.of(competition.pk)
    number = request.POST.get("round", "")
    meant = rounds.numbered(int(number)) if ROUND_NUMBER.fullmatch(number) else None
    return meant or rounds.open().first()
