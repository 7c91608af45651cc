"""The three files of openfootball's worldcup.json, read as they are written.

https://github.com/openfootball/worldcup.json has them. What is checked here is what one value can
show: that it is there, of the right type, and fits into the database. What takes two values to
see is checked in `squads` and `schedule`.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

from fantasy.models import Position

SCHEDULE = "worldcup.json"
SQUADS = "worldcup.squads.json"
TEAMS = "worldcup.teams.json"

GET_IT = "Get it from https://github.com/openfootball/worldcup.json."

# The lengths are those of the columns that the texts end in (a round's name is a match's stage
# too). \S: at least one letter.
Name = Annotated[str, Meta(max_length=100, pattern=r"\S")]
TeamName = Annotated[str, Meta(max_length=60, pattern=r"\S")]
RoundName = Annotated[str, Meta(max_length=30, pattern=r"\S")]
Code = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
GoalCount = Annotated[int, Meta(ge=0, le=99)]
Score = tuple[GoalCount, GoalCount]


class WorldCupFileError(Exception):
    """Something in the files is wrong: which file, where in it, what, and what to do."""

    def __init__(self, file: str, place: str, problem: str) -> None:
        super().__init__(f"{file}, {place}: {problem}" if place else f"{file}: {problem}")


class GoalEntry(Struct):
    """A goal. An own goal stands on the side that gains by it."""

    name: Name
    minute: str
    penalty: bool = False
    owngoal: bool = False


class ScoreEntry(Struct):
    """The scores after 90 minutes, after extra time (the 90 included), and of the shoot-out."""

    ft: Score
    et: Score | None = None
    p: Score | None = None


class MatchEntry(Struct):
    round: RoundName
    date: str
    time: str
    team1: TeamName
    team2: TeamName
    ground: Annotated[str, Meta(max_length=80)] = ""
    group: Annotated[str, Meta(max_length=30)] = ""
    num: Annotated[int, Meta(ge=1, le=9999)] | None = None
    score: ScoreEntry | None = None
    goals1: list[GoalEntry] = []
    goals2: list[GoalEntry] = []


class ScheduleFile(Struct):
    name: Name
    matches: Annotated[list[MatchEntry], Meta(min_length=1)]


class ClubEntry(Struct):
    name: Annotated[str, Meta(max_length=100)]


class PlayerEntry(Struct):
    number: Annotated[int, Meta(ge=1, le=99)]
    pos: Position
    name: Name
    club: ClubEntry | None = None
    date_of_birth: date | None = None


class SquadEntry(Struct):
    name: TeamName
    fifa_code: Code
    players: Annotated[list[PlayerEntry], Meta(min_length=1)]


class TeamEntry(Struct):
    name: TeamName
    fifa_code: Code
    name_normalised: TeamName = ""
    flag_icon: Annotated[str, Meta(max_length=16)] = ""
    group: Annotated[str, Meta(max_length=10)] = ""


class WorldCupFiles(NamedTuple):
    """The content of the three files."""

    schedule: ScheduleFile
    squads: list[SquadEntry]
    teams: list[TeamEntry]


def read_files(directory: Path) -> WorldCupFiles:
    """Reads all three files. Raises WorldCupFileError with the place of what is wrong in them."""
    if not directory.is_dir():
        raise WorldCupFileError(
            str(directory),
            "",
            f"there is no such directory. Name the one with {SCHEDULE}, {SQUADS} and {TEAMS}.",
        )
    return WorldCupFiles(
        _read(directory / SCHEDULE, ScheduleFile),
        _read(directory / SQUADS, list[SquadEntry]),
        _read(directory / TEAMS, list[TeamEntry]),
    )


T = TypeVar("T")


def _read(path: Path, type_: type[T]) -> T:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise WorldCupFileError(
            path.name, "", f"cannot be read: {error.strerror}. {GET_IT}"
        ) from error
    if not text.strip():
        raise WorldCupFileError(path.name, "", f"is empty. {GET_IT}")
    try:
        text.decode()  # Versions of msgspec differ in what they say of other encodings.
        return msgspec.json.decode(text, type=type_)
    except msgspec.ValidationError as error:
        problem, _, path_in_file = str(error).partition(" - at `$")
        raise WorldCupFileError(
            path.name, path_in_file.strip("`.") or "at the top", _in_words(problem)
        ) from error
    except msgspec.DecodeError as error:
        raise WorldCupFileError(
            path.name, _line(text, str(error)), f"is no JSON. {GET_IT}"
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise WorldCupFileError(path.name, "", f"is no JSON in UTF-8. {GET_IT}") from error


def _in_words(problem: str) -> str:
    """What msgspec says, where it takes knowing msgspec or regular expressions to understand it."""
    for said, meant in {
        r"Expected `str` matching regex '\\S'": "Expected some text, got none",
        "Expected `str` matching regex '^[A-Z]{3}$'": "Expected a code of three capital letters",
        "Invalid RFC3339 encoded date": 'This is no date; expected for example "2001-12-31"',
    }.items():
        problem = problem.replace(said, meant)
    return f"{problem}. Correct it, and import again."


def _line(text: bytes, message: str) -> str:
    found = re.search(r"\(byte (\d+)\)", message)
    end = int(found[1]) if found else len(text)
    lines_before = text.count(b"\n", 0, end)
    return f"line {lines_before + 1}"
