"""The matches of the files, and how they ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import NamedTuple

from fantasy.feed import EXTRA_TIME, FULL_TIME, Clock
from fantasy.models import EventKind
from fantasy.worldcup.files import (
    SCHEDULE,
    SQUADS,
    GoalEntry,
    MatchEntry,
    ScoreEntry,
    WorldCupFileError,
)
from fantasy.worldcup.squads import team_key
from fantasy.worldcup.times import parse_date, parse_minute, parse_time


@dataclass(frozen=True)
class Goal:
    """A goal as the file names it: for `side`, by somebody of `squad` (codes of teams)."""

    name: str
    clock: Clock
    kind: EventKind
    side: str
    squad: str


@dataclass(frozen=True)
class Result:
    """How a match ended, and its goals in the order in which they fell."""

    score: tuple[int, int]
    extra_time: bool
    shootout: tuple[int, int] | None
    goals: tuple[Goal, ...]

    @property
    def minutes(self) -> int:
        """How long the match was played, without stoppage time."""
        return EXTRA_TIME if self.extra_time else FULL_TIME


@dataclass(frozen=True)
class Fixture:
    """A match of the schedule; home and away are codes of teams."""

    number: int
    round: str
    stage: str
    home: str
    away: str
    kickoff_at: datetime
    ground: str
    result: Result | None


def fixtures(matches: list[MatchEntry], codes: dict[str, str]) -> list[Fixture]:
    """The matches in the order of their kick-offs; `codes` names the teams that have a squad.

    Where the file gives no number, a match has the next one that is free.
    """
    found = [_fixture(index, match, codes) for index, match in enumerate(matches)]
    _check_unique(found)
    found.sort(key=lambda fixture: fixture.kickoff_at)
    taken = {fixture.number for fixture in found}
    free = (number for number in count(1) if number not in taken)
    return [fixture if fixture.number else replace(fixture, number=next(free)) for fixture in found]


@contextmanager
def _at(index: int, part: str = "") -> Iterator[None]:
    """Says where in the file it is that a ValueError complains about."""
    try:
        yield
    except ValueError as error:
        raise WorldCupFileError(SCHEDULE, f"matches[{index}]{part}", str(error)) from error


def _fixture(index: int, match: MatchEntry, codes: dict[str, str]) -> Fixture:
    with _at(index, ".team1"):
        home = _code(match.team1, codes)
    with _at(index, ".team2"):
        away = _code(match.team2, codes)
        if home == away:
            raise ValueError(f"{match.team2} cannot play against itself. Correct one of the two.")
    with _at(index, ".date"):
        day = parse_date(match.date)
    with _at(index, ".time"):
        time = parse_time(match.time)
    return Fixture(
        number=match.num or 0,
        round=match.round,
        stage=match.group or match.round,
        home=home,
        away=away,
        kickoff_at=datetime.combine(day, time),
        ground=match.ground,
        result=_result(index, match, home, away),
    )


def _code(team: str, codes: dict[str, str]) -> str:
    try:
        return codes[team_key(team)]
    except KeyError:
        raise ValueError(
            f'"{team}" has no squad in {SQUADS}. Add it, or correct the name.'
        ) from None


def _result(index: int, match: MatchEntry, home: str, away: str) -> Result | None:
    if match.score is None:
        with _at(index):
            if match.goals1 or match.goals2:
                raise ValueError('has goals, but no "score". Add it.')
        return None
    score = _final_score(index, match.score)
    sides = (
        _Side("goals1", match.goals1, score[0], home, away),
        _Side("goals2", match.goals2, score[1], away, home),
    )
    last_minute = EXTRA_TIME if match.score.et else FULL_TIME
    goals = [goal for side in sides for goal in _goals(index, side, last_minute)]
    return Result(
        score=score,
        extra_time=match.score.et is not None,
        shootout=match.score.p,
        goals=tuple(sorted(goals, key=lambda goal: goal.clock)),
    )


def _final_score(index: int, score: ScoreEntry) -> tuple[int, int]:
    """The score when play ended: `et` counts the goals of the first 90 minutes too."""
    if score.et is None:
        return score.ft
    with _at(index, ".score.et"):
        if score.et[0] < score.ft[0] or score.et[1] < score.ft[1]:
            raise ValueError('is less than "ft"; it is to count all 120 minutes. Correct it.')
    return score.et


class _Side(NamedTuple):
    key: str
    goals: list[GoalEntry]
    score: int
    team: str
    opponent: str


def _goals(index: int, side: _Side, last_minute: int) -> Iterator[Goal]:
    with _at(index, f".{side.key}"):
        if len(side.goals) > side.score:
            raise ValueError(
                f"there are {len(side.goals)} goals, but {side.score} in the score. "
                "Correct one of them."
            )
    for number, goal in enumerate(side.goals):
        with _at(index, f".{side.key}[{number}]"):
            kind = _kind(goal)
        with _at(index, f".{side.key}[{number}].minute"):
            clock = _within(last_minute, parse_minute(goal.minute))
        squad = side.opponent if kind == EventKind.OWN_GOAL else side.team
        yield Goal(goal.name, clock, kind, side.team, squad)


def _within(last_minute: int, clock: Clock) -> Clock:
    """Some write 92 for 90+2: without extra time nothing else can be meant."""
    if clock.minute <= last_minute:
        return clock
    return Clock(last_minute, clock.minute - last_minute + clock.stoppage)


def _kind(goal: GoalEntry) -> EventKind:
    if goal.owngoal and goal.penalty:
        raise ValueError('cannot be both "owngoal" and "penalty". Correct one of them.')
    if goal.owngoal:
        return EventKind.OWN_GOAL
    return EventKind.PENALTY_GOAL if goal.penalty else EventKind.GOAL


def _check_unique(found: list[Fixture]) -> None:
    """Two matches cannot have the same number, nor be the same match."""
    numbers: set[int] = set()
    pairings: set[tuple[str, str, str]] = set()
    for index, fixture in enumerate(found):
        with _at(index, ".num"):
            if fixture.number in numbers:
                raise ValueError(
                    f"{fixture.number} is the number of two matches. Correct one of them."
                )
        with _at(index):
            pairing = (fixture.round, fixture.home, fixture.away)
            if pairing in pairings:
                raise ValueError(
                    f"{fixture.home} and {fixture.away} meet twice in {fixture.round}. "
                    "Remove one of the two."
                )
        numbers.update([fixture.number] if fixture.number else [])
        pairings.add(pairing)
