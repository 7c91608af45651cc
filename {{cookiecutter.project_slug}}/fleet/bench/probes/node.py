"""What happens on the node while its pages are asked for: goals, other names, visitors."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.urls import reverse
from django.utils.crypto import get_random_string

from fantasy.feed import Clock, FeedEvent
from fantasy.matchday import kick_off, record
from fantasy.models import (
    STARTERS,
    Competition,
    EventKind,
    FantasyTeam,
    League,
    LineupPlace,
    Match,
    Player,
    Position,
)
from fleet.bench.probes.changes import name_of
from kickoff.caching.models import Mark
from kickoff.testing.waiting import wait_until

LAST_MINUTE = 90
SETTLE_LIMIT_S = 60.0


class Role:
    def __init__(self) -> None:
        competition = Competition.objects.current()
        assert competition is not None
        self._match = Match.objects.of(competition.pk).fixtures()[0]
        self._numbers = count(100)  # the names of leagues have three letters at least
        self._leagues = list(League.objects.order_by("pk"))

    def kick_off(self) -> None:
        """A match is live, and in each league somebody has let its scorer start: a goal changes the
        pages of all leagues."""
        team, round_ = self._match.home_id, self._match.round_id
        self._scorer = Player.objects.filter(team=team, position=Position.FORWARD).earliest("pk")
        starts = LineupPlace.objects.filter(place__lte=STARTERS, lineup__round=round_)
        have = starts.filter(player=self._scorer).values("lineup__team__membership__league")
        for league in League.objects.exclude(pk__in=have):
            of_others = starts.filter(lineup__team__membership__league=league).exclude(
                lineup__places__player=self._scorer  # who sits on the bench
            )
            place = of_others.filter(player__position=Position.FORWARD).earliest("pk")
            place.player = self._scorer
            place.save(update_fields=["player"])
        kick_off(self._match.pk)
        self.settle()

    def goal(self) -> float:
        """Shoots one; returns when it was committed."""
        number = next(self._numbers)
        clock = Clock(number % LAST_MINUTE + 1)
        team = self._scorer.team_id
        record(self._match.pk, FeedEvent(number, clock, EventKind.GOAL, self._scorer.pk, team))
        return time.monotonic()

    def settle(self) -> None:
        """Returns once the refresher has handled everything."""
        wait_until(lambda: not Mark.objects.exists(), SETTLE_LIMIT_S)

    def rename(self, pk: int) -> None:
        """Another name for a league: another version of its page."""
        league = next(league for league in self._leagues if league.pk == pk)
        league.name = name_of(next(self._numbers))
        league.save(update_fields=["name"])

    def paths(self) -> list[list[str]]:
        """For each league those of its pages that a goal changes."""
        return [
            [
                reverse("fantasy:league", args=[league.pk]),
                reverse("fantasy:standings", args=[league.pk]),
            ]
            for league in self._leagues
        ]

    def leagues(self) -> list[int]:
        return [league.pk for league in self._leagues]

    def signed_in(self) -> dict[str, Any]:
        """A visitor who plays: the headers of each request, and the path of the menu."""
        membership = FantasyTeam.objects.with_league().earliest("pk").membership
        user = membership.user
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        cookies = {
            settings.SESSION_COOKIE_NAME: session.session_key,
            settings.CSRF_COOKIE_NAME: get_random_string(CSRF_SECRET_LENGTH),
        }
        return {
            "headers": {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())},
            "name": user.get_username(),
            "menu": reverse("menu"),
            "teams": reverse("fantasy:my_teams"),
        }
