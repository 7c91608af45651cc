"""Visitors with an account, for `manage.py shell` in the release that the fleet serves."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.urls import reverse

from fantasy.models import FantasyTeam, League

STARTERS = (1, 2)  # who is captain in turn: each save changes something


def sign_in(host: str) -> None:
    """Prints, as one line of JSON, each league with its teams, and its owner's session and form."""
    leagues = League.objects.with_owner().order_by("pk")
    sys.stdout.write("\n" + json.dumps([_signed_in(league, host) for league in leagues]) + "\n")


def _signed_in(league: League, host: str) -> dict[str, object]:
    client = Client(headers={"host": host})
    client.force_login(league.owner)
    teams = list(FantasyTeam.objects.in_league(league.pk))
    own = next(team for team in teams if team.membership.user_id == league.owner_id)
    editor = reverse("fantasy:edit_lineup", args=[own.pk])
    page = client.get(editor)
    form = _Form()
    form.feed(page.text if hasattr(page, "text") else page.content.decode())
    cookies = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    return {
        "league": league.pk,
        "teams": [team.pk for team in teams],
        "cookie": "; ".join(f"{name}={client.cookies[name].value}" for name in sorted(cookies)),
        "editor": editor,
        "forms": [urlencode({**form.fields, "captain": place}) for place in STARTERS],
    }


class _Form(HTMLParser):
    """The values of the inputs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name"), found.get("value")
        if tag == "input" and name and value and found.get("type") != "radio":
            self.fields[name] = value
