"""A whole World Cup, as the files tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fantasy.worldcup.files import read_files
from fantasy.worldcup.schedule import Fixture, fixtures
from fantasy.worldcup.squads import Squad, codes_by_name, squads_by_code


@dataclass(frozen=True)
class Tournament:
    """Squads by their code, fixtures in the order of their kick-offs."""

    name: str
    squads: dict[str, Squad]
    fixtures: list[Fixture]

    def deadlines(self) -> dict[str, datetime]:
        """The rounds by name, each with its first kick-off, in that order."""
        first: dict[str, datetime] = {}
        for fixture in self.fixtures:
            first.setdefault(fixture.round, fixture.kickoff_at)
        return first


def read_tournament(directory: Path) -> Tournament:
    """Reads and checks the files of the directory. Raises WorldCupFileError."""
    schedule, entries, teams = read_files(directory)
    squads = squads_by_code(teams, entries)
    codes = codes_by_name(teams, entries)
    with_squad = {name: code for name, code in codes.items() if code in squads}
    return Tournament(schedule.name, squads, fixtures(schedule.matches, with_squad))
