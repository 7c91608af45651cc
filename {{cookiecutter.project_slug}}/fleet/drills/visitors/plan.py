"""Who visits what how often."""

from __future__ import annotations

from pathlib import Path

import msgspec

from fleet.drills.lineups import Squad


class Manager(msgspec.Struct, frozen=True):
    """Somebody who is signed in: the cookie of the session, the team, and who may play."""

    session: str
    team: int
    squad: Squad

    @property
    def editor(self) -> str:
        return f"/teams/{self.team}/line-up/"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Where the site is, what there is, and how many requests come each second."""

    port: int
    host: str  # of the Host header
    log: str
    pages: tuple[str, ...]
    boards: tuple[str, ...]  # with live scores
    managers: tuple[Manager, ...]
    pages_per_s: float = 10.0
    boards_per_s: float = 10.0
    own_per_s: float = 4.0
    saves_per_s: float = 3.0
    address: str = "127.0.0.1"


def read_plan(path: Path) -> Plan:
    return msgspec.json.decode(path.read_bytes(), type=Plan)


def write_plan(plan: Plan, path: Path) -> None:
    path.write_bytes(msgspec.json.encode(plan))
