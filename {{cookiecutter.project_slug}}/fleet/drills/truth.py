"""Two promises that hold in every drill: pages are right for their time, and nothing is lost."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fleet.drills.evidence import Commit, Evidence, Kind, Request, SeenScore
from fleet.drills.lineups import captain_of

# Refresher 0.5 s + process memory 1 s + Apache's cache 1 s, and half a second for two busy cores.
BEHIND_S = 3.0


@dataclass(frozen=True)
class RightForItsTime:
    """No page shows what was not so, or what has changed more than `behind_s` ago.

    With `may_stand_still` pages may stay as they were when it broke, until `behind_s` after it was
    mended: as they were known then, which may be `known_s` before. A slot is never given an older
    value.
    """

    behind_s: float = BEHIND_S
    may_stand_still: bool = False
    known_s: float = 0.0

    @property
    def text(self) -> str:
        if self.may_stand_still:
            known = f" as known in the last {self.known_s:g} s" if self.known_s else ""
            return f"pages stand still at worst{known}, and are right {self.behind_s:g} s after"
        return f"pages are at most {self.behind_s:g} s old, never backward"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        yield from evidence.backward
        if not any(request.scores for request in evidence.requests):
            yield "nobody saw a score"
        for request in evidence.requests:
            for seen in request.scores:
                yield from self._problem(evidence, request, seen)

    def _problem(self, evidence: Evidence, request: Request, seen: SeenScore) -> Iterator[str]:
        history = _history(evidence.commits, seen.match)
        at_least, at_most = history.bounds(self._known_by(evidence, request), request.ended)
        at_s = request.started - evidence.broken_at
        where = f"{request.address} of {request.node} at {at_s:+.2f} s"
        for what, value, least, most in zip(
            ("minute", "goals"), (seen.minute, seen.goals), at_least, at_most, strict=True
        ):
            if value < least:
                yield f"{where}: {what} {value}, but {least} was {self.behind_s:g} s old"
            if value > most:
                yield f"{where}: {what} {value}, but there were {most}"

    def _known_by(self, evidence: Evidence, request: Request) -> float:
        """What was committed by then must be seen."""
        moment = request.started
        stands_still = evidence.broken_at <= moment <= evidence.mended_at + self.behind_s
        if self.may_stand_still and stands_still:
            moment = evidence.broken_at - self.known_s
        return moment - self.behind_s


class _History:
    """What a match was when."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self._sure = sorted((c.after, c.minute, c.goals) for c in commits if c.after is not None)
        self._possible = sorted((c.before, c.minute, c.goals) for c in commits)

    def bounds(self, known_by: float, possible_by: float) -> tuple[tuple[int, int], ...]:
        return self._at(self._sure, known_by), self._at(self._possible, possible_by)

    @staticmethod
    def _at(rows: Sequence[tuple[float, int, int]], moment: float) -> tuple[int, int]:
        index = bisect_right(rows, (moment, 1 << 40, 1 << 40))
        minutes, goals = [row[1] for row in rows[:index]], [row[2] for row in rows[:index]]
        return max(minutes, default=0), max(goals, default=0)


@dataclass(frozen=True)
class OwnAtOnce:
    """Whoever has saved a line-up sees it, at once and on whichever node.

    With `may_stand_still` the last one may be missing while it is broken, and `behind_s` longer.
    """

    behind_s: float = BEHIND_S
    may_stand_still: bool = False

    text = "own changes are seen at once"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        by_team: dict[int, list[Request]] = defaultdict(list)
        for request in sorted(evidence.requests, key=lambda request: request.started):
            if request.team:
                by_team[request.team].append(request)
        for requests in by_team.values():
            yield from self._of_one(evidence, requests)

    def _of_one(self, evidence: Evidence, requests: Sequence[Request]) -> Iterator[str]:
        """They come one after the other. An unanswered save may have been done, or not."""
        possible: set[int] | None = None  # before the first save anything may be there
        for request in requests:
            if request.kind is Kind.SAVE:
                captain = captain_of(request.turn)
                kept = set() if not request.is_failed else possible
                possible = None if kept is None else kept | {captain}
            elif possible is None or request.is_failed or self._is_excused(evidence, request):
                continue
            elif request.captain not in possible:
                at_s = request.started - evidence.broken_at
                yield (
                    f"{request.address} of {request.node} at {at_s:+.2f} s: captain "
                    f"{request.captain}, saved was {sorted(possible)}"
                )

    def _is_excused(self, evidence: Evidence, request: Request) -> bool:
        until = evidence.mended_at + self.behind_s
        return self.may_stand_still and evidence.broken_at <= request.started <= until


@dataclass(frozen=True)
class NothingLost:
    """Every line-up that was acknowledged is in the database, and none is half there."""

    text = "acknowledged line-ups are saved, whole"

    def problems(self, evidence: Evidence) -> Iterator[str]:
        yield from evidence.lost
        if all(request.is_failed for request in evidence.of([Kind.SAVE])):
            yield "nothing was acknowledged"


def _history(commits: Sequence[Commit], match: int) -> _History:
    return _History([commit for commit in commits if commit.match == match])


def lost_saves(
    acknowledged: Mapping[int, Sequence[int]], committed: Mapping[int, Sequence[int]]
) -> Iterator[str]:
    """Acknowledged captains of a team that the database has not had in this order."""
    for team, captains in acknowledged.items():
        rows = iter(committed.get(team, ()))
        for number, captain in enumerate(captains, start=1):
            if captain not in rows:  # consumes what comes before it
                yield f"save {number} of team {team} (captain {captain}) is not in the database"
                break
