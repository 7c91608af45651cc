"""What the visitors of the sample ask for while a match is live, and in which shares.

A guess to start from, not a measurement: put the shares of your own access log in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fleet.capacity.load import Request


@dataclass(frozen=True)
class Kind:
    """One kind of request. `addresses` is how many there are on any site, `addresses_per_user` how
    many more with each visitor: a league has twelve. `changes` names the kinds whose pages it makes
    anew: number n of its requests that of number n of theirs, and so on in rounds."""

    name: str
    share: float
    requests: Sequence[Request]
    is_public: bool
    addresses: float = 1
    addresses_per_user: float = 0
    changes: Sequence[str] = ()


def kinds(visitors: Sequence[dict[str, Any]], matches: Sequence[str], board: str) -> list[Kind]:
    """`visitors` is what `signing_in` prints."""
    leagues = [f"/leagues/{each['league']}/" for each in visitors]
    teams = [f"/teams/{team}/" for each in visitors for team in each["teams"]]
    cookies = [{"Cookie": each["cookie"]} for each in visitors]
    editors = [(each["editor"], cookie) for each, cookie in zip(visitors, cookies, strict=True)]
    saves = [
        Request(each["editor"], cookie, form)
        for turn in (0, 1)
        for each, cookie in zip(visitors, cookies, strict=True)
        for form in [each["forms"][turn]]
    ]
    return [
        Kind("live scores", 0.46, public([board]), True),
        Kind("home", 0.05, public(["/"]), True),
        Kind("match", 0.08, public(matches), True, addresses=len(matches)),
        Kind("league", 0.12, public(leagues), True, addresses=0, addresses_per_user=1 / 12),
        Kind("team", 0.04, public(teams), True, addresses=0, addresses_per_user=1),
        Kind("menu", 0.16, [Request("/accounts/menu/", cookie) for cookie in cookies], False),
        Kind("my teams", 0.05, [Request("/teams/", cookie) for cookie in cookies], False),
        Kind("line-up", 0.02, [Request(*editor) for editor in editors], False),
        Kind("line-up saved", 0.02, saves, False, changes=("league", "line-up")),
    ]


def public(paths: Sequence[str]) -> list[Request]:
    return [Request(path) for path in paths]
