"""The teams of the files, and their players."""

from __future__ import annotations

from dataclasses import dataclass

from fantasy.names import plain
from fantasy.worldcup.files import (
    SQUADS,
    TEAMS,
    PlayerEntry,
    SquadEntry,
    TeamEntry,
    WorldCupFileError,
)


@dataclass(frozen=True)
class Squad:
    """A team and its players. The code tells teams apart, the shirt number its players."""

    code: str
    name: str
    flag: str
    group: str
    players: list[PlayerEntry]


def team_key(name: str) -> str:
    """The same for "Curaçao" and "Curacao", "Bosnia & Herzegovina" and "Bosnia and Herzegovina"."""
    return plain(name).casefold().replace("&", "and")


def codes_by_name(teams: list[TeamEntry], squads: list[SquadEntry]) -> dict[str, str]:
    """The code behind every name of a team: both "usa" and "united states" are USA."""
    codes: dict[str, str] = {}
    for file, index, name, code in _names(teams, squads):
        known = codes.setdefault(team_key(name), code)
        if known != code:
            problem = f'"{name}" is {code} here and {known} before. Correct one of them.'
            raise WorldCupFileError(file, f"[{index}].name", problem)
    return codes


def _names(teams: list[TeamEntry], squads: list[SquadEntry]) -> list[tuple[str, int, str, str]]:
    names = []
    for index, team in enumerate(teams):
        names.append((TEAMS, index, team.name, team.fifa_code))
        if team.name_normalised:
            names.append((TEAMS, index, team.name_normalised, team.fifa_code))
    for index, squad in enumerate(squads):
        names.append((SQUADS, index, squad.name, squad.fifa_code))
    return names


def squads_by_code(teams: list[TeamEntry], entries: list[SquadEntry]) -> dict[str, Squad]:
    """The squads, with what is known about their teams."""
    teams_by_code = _teams_by_code(teams)
    squads: dict[str, Squad] = {}
    for index, entry in enumerate(entries):
        code, place = entry.fifa_code, f"[{index}]"
        if code in squads:
            problem = f"the squad of {entry.name} ({code}) is there twice. Remove one of the two."
            raise WorldCupFileError(SQUADS, place, problem)
        if code not in teams_by_code:
            problem = f"{code} is not in {TEAMS}. Add it there, or correct the code."
            raise WorldCupFileError(SQUADS, f"{place}.fifa_code", problem)
        _check_shirts(entry, place)
        team = teams_by_code[code]
        squads[code] = Squad(code, team.name, team.flag_icon, team.group, entry.players)
    return squads


def _teams_by_code(teams: list[TeamEntry]) -> dict[str, TeamEntry]:
    by_code: dict[str, TeamEntry] = {}
    for index, team in enumerate(teams):
        if team.fifa_code in by_code:
            problem = f"{team.fifa_code} is there twice. Remove one of the two."
            raise WorldCupFileError(TEAMS, f"[{index}].fifa_code", problem)
        by_code[team.fifa_code] = team
    return by_code


def _check_shirts(squad: SquadEntry, place: str) -> None:
    owners: dict[int, str] = {}
    for index, player in enumerate(squad.players):
        if player.number in owners:
            problem = (
                f"{player.name} has the number {player.number} of {owners[player.number]}, "
                f"in the squad of {squad.name}. Correct one of them."
            )
            raise WorldCupFileError(SQUADS, f"{place}.players[{index}].number", problem)
        owners[player.number] = player.name
