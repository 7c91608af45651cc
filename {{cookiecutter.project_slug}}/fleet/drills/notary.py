"""Who writes down which line-ups are committed: the database itself, in the same transactions.

A trigger on the table of line-ups adds a row to a book of its own. It is committed with the line-up
or not at all, so what is in the book was saved, and in this order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from fleet.drills import lineups
from fleet.drills.evidence import Kind, Request
from fleet.drills.processes import DrillProbe
from fleet.drills.truth import lost_saves
from fleet.drills.visitors.plan import Manager
from fleet.up import RunningFleet

BOOK = "drills"
TABLE = "fantasy_lineup"
NEW_BOOK = f"""
CREATE DATABASE {BOOK};
CREATE TABLE {BOOK}.saves (id BIGINT AUTO_INCREMENT PRIMARY KEY, team BIGINT, captain BIGINT);
"""
# That may have been sent, and saved, after the last acknowledged one. The line-ups repeat after
# 22 turns, and one from before it must not pass.
LATER_TURNS = 20


class Notary:
    """Compares what was acknowledged with what is there."""

    def __init__(self, fleet: RunningFleet, world: DrillProbe) -> None:
        self._fleet, self._world = fleet, world
        self._managers: dict[int, Manager] = {}
        self._told: set[str] = set()

    def open_books(self, managers: int) -> dict[str, Any]:
        """Makes the world, in which all line-ups are written down from now on."""
        site = self._fleet.shape.site.name
        triggers = [_trigger(site, event) for event in ("INSERT", "UPDATE")]
        self._fleet.mariadb.run("\n".join([NEW_BOOK, *triggers]))
        world: dict[str, Any] = self._world.ask("prepare", managers)
        found = msgspec.convert(world["managers"], list[Manager])
        self._managers = {manager.team: manager for manager in found}
        return world

    def lost(self, requests: Iterable[Request]) -> list[str]:
        """What is missing or not whole, each once in a run."""
        turns: dict[int, list[int]] = defaultdict(list)
        for request in requests:
            if request.kind is Kind.SAVE and not request.is_failed:
                turns[request.team].append(request.turn)
        found = {*self._missing(turns), *self._half_saved(turns)}
        new = sorted(found - self._told)
        self._told |= found
        return new

    def _missing(self, turns: Mapping[int, list[int]]) -> Iterator[str]:
        acknowledged = {
            team: [lineups.rows(self._managers[team].squad, turn)[0] for turn in of_team]
            for team, of_team in turns.items()
        }
        yield from lost_saves(acknowledged, self._committed())

    def _committed(self) -> dict[int, list[int]]:
        rows = self._fleet.mariadb.run(f"SELECT team, captain FROM {BOOK}.saves ORDER BY id")
        found = defaultdict(list)
        for line in rows.stdout.splitlines():
            team, captain = map(int, line.split())
            found[team].append(captain)
        return found

    def _half_saved(self, turns: Mapping[int, list[int]]) -> Iterator[str]:
        """Each line-up is one of those that were sent, as a whole, and none older than the last
        that was acknowledged."""
        saved = self._world.ask("lineups", list(turns))
        for team, of_team in turns.items():
            captain, players = saved.get(str(team), (0, ()))
            last, squad = of_team[-1], self._managers[team].squad
            possible = [lineups.rows(squad, last + later) for later in range(LATER_TURNS)]
            if (captain, tuple(players)) not in possible:
                yield f"the line-up of team {team} is none that was sent: {captain}, {players}"


def _trigger(site: str, event: str) -> str:
    return (
        f"CREATE TRIGGER {site}.drill_{event.lower()} AFTER {event} ON {site}.{TABLE} FOR EACH ROW "
        f"INSERT INTO {BOOK}.saves (team, captain) VALUES (NEW.team_id, NEW.captain_id);"
    )
