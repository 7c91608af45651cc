"""A drill, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from fleet.drills.evidence import Evidence
from fleet.drills.promises import Promise
from fleet.drills.truth import BEHIND_S, NothingLost, OwnAtOnce, RightForItsTime

if TYPE_CHECKING:
    from fleet.drills.scene import Scene


class Verdict(Enum):
    KEPT = "kept"
    BROKEN = "BROKEN"
    NOT_RUN = "not run"


def nothing_missing() -> str | None:
    return None


@dataclass(frozen=True)
class Drill:
    """Breaks one thing and mends it.

    `act` does it, with `scene.broken()` and `scene.mended()` at their moments. `missing` says what
    this machine lacks for it. `behind_s`, `may_stand_still` and `known_s` are for RightForItsTime.
    """

    name: str
    breaks: str
    act: Callable[[Scene], None]
    promises: Sequence[Promise]
    behind_s: float = BEHIND_S
    may_stand_still: bool = False
    known_s: float = 0.0
    missing: Callable[[], str | None] = nothing_missing

    @property
    def all_promises(self) -> list[Promise]:
        return [
            *self.promises,
            RightForItsTime(self.behind_s, self.may_stand_still, self.known_s),
            OwnAtOnce(self.behind_s, self.may_stand_still),
            NothingLost(),
        ]

    def problems(self, evidence: Evidence) -> Iterator[tuple[Promise, str]]:
        for promise in self.all_promises:
            for problem in promise.problems(evidence):
                yield promise, problem


@dataclass(frozen=True)
class Result:
    """What a drill has shown. Without evidence it was not run, and `problems` say why."""

    drill: Drill
    evidence: Evidence | None
    problems: Sequence[str]

    @property
    def verdict(self) -> Verdict:
        if self.evidence is None:
            return Verdict.NOT_RUN
        return Verdict.BROKEN if self.problems else Verdict.KEPT


def judged(drill: Drill, evidence: Evidence) -> Result:
    problems = [f"{promise.text}: {problem}" for promise, problem in drill.problems(evidence)]
    return Result(drill, evidence, problems)


def not_run(drill: Drill, reason: str) -> Result:
    return Result(drill, None, [reason])
