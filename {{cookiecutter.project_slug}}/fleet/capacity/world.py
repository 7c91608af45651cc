"""The fleet that is measured: nobody plays, visitors are signed in, the check has its pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fleet.capacity.meter import Meter
from fleet.capacity.mix import Kind, kinds
from fleet.up import FleetError, FleetSettings, RunningFleet, running_fleet
from fleet.up.running import Say

LEAGUES = 20
SIGN_IN = "from fleet.capacity.signing_in import sign_in; sign_in({host!r})"
CHECK_PAGES = """
from fleet.capacity.check_pages import with_check_pages

application = with_check_pages(application)
"""


@dataclass(frozen=True)
class World:
    fleet: RunningFleet
    meter: Meter
    kinds: list[Kind]
    visitors: int  # who have signed in
    teams: int  # of all leagues

    @property
    def host(self) -> str:
        """Any node, with Apache's cache."""
        return self.fleet.shape.site.domain

    @property
    def direct_host(self) -> str:
        """The first node, without it."""
        return self.fleet.nodes[0].host


@contextmanager
def measured_world(say: Say) -> Iterator[World]:
    """FleetError when something is missing or does not start."""
    with running_fleet(FleetSettings(leagues=LEAGUES, speed=None), say) as fleet:
        say("signing visitors in")
        _add_check_pages(fleet)
        _return_at_once(fleet)
        host = fleet.shape.site.domain
        lines = fleet.manage("shell", "-v", "0", "-c", SIGN_IN.format(host=host)).splitlines()
        visitors = json.loads(lines[-1])
        found = kinds(visitors, _matches(fleet), _board(fleet))
        teams = sum(len(each["teams"]) for each in visitors)
        yield World(fleet, Meter(fleet), found, len(visitors), teams)


def _add_check_pages(fleet: RunningFleet) -> None:
    """To the fleet's copy of the site, and to nothing else."""
    with (fleet.release / "config" / "wsgi.py").open("a", encoding="utf-8") as file:
        file.write(CHECK_PAGES)
    for node in fleet.nodes:
        node.restart()


def _return_at_once(fleet: RunningFleet) -> None:
    """Nodes are taken away and come back in a moment, without the half minute of a slow start."""
    path = fleet.haproxy.configuration
    path.write_text(re.sub(r" slowstart \S+", "", path.read_text()))
    fleet.haproxy.restart()


def _matches(fleet: RunningFleet) -> list[str]:
    return _links(fleet, r"/matches/\d+/")


def _board(fleet: RunningFleet) -> str:
    return _links(fleet, r"/competitions/[\w-]+/scoreboard/")[0]


def _links(fleet: RunningFleet, pattern: str) -> list[str]:
    """Of the front page."""
    answer = fleet.nodes[0].get("/")
    found = sorted(set(re.findall(pattern, answer.body.decode())))
    if not found:
        raise FleetError(f"The front page leads to no {pattern}: status {answer.status}.")
    return found
