"""What was seen while something was broken: each request, each change, and what was measured.

All times are those of time.monotonic(), which is the same clock in all processes of this machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import msgspec


class Kind(Enum):
    PAGE = "page"  # for everybody
    LIVE = "live"  # for everybody, with the score of a live match
    OWN = "own"  # of somebody who is signed in
    SAVE = "save"  # of a line-up


PUBLIC = (Kind.PAGE, Kind.LIVE)
READS = (*PUBLIC, Kind.OWN)
ALL = tuple(Kind)


class SeenScore(msgspec.Struct, frozen=True, array_like=True):
    """How far a match was, by a page."""

    match: int
    minute: int
    goals: int


class Request(msgspec.Struct, frozen=True, array_like=True):
    """One request and its answer. `status` 0: there was none, and `error` says why."""

    kind: Kind
    address: str
    started: float = 0.0
    ended: float = 0.0
    status: int = 0
    node: str = ""
    retry_after: bool = False
    fail_open: bool = False  # the load balancer sent it to any node that lives
    scores: tuple[SeenScore, ...] = ()
    team: int = 0
    turn: int = 0  # which of the team's line-ups was sent
    captain: int = 0  # the captain's place that an editor showed; 0: none
    error: str = ""

    @property
    def is_failed(self) -> bool:
        return self.status != (302 if self.kind is Kind.SAVE else 200)

    @property
    def took_s(self) -> float:
        return self.ended - self.started


class Commit(msgspec.Struct, frozen=True, array_like=True):
    """A change of a match: somewhere between `before` and `after` it was committed.

    Without `after` nobody knows whether it was.
    """

    match: int
    minute: int
    goals: int
    before: float
    after: float | None


@dataclass(frozen=True)
class Evidence:
    """All of one drill: `broken_at` something broke, `mended_at` it was mended or mended itself."""

    requests: Sequence[Request]
    began: float
    broken_at: float
    mended_at: float
    ended: float
    commits: Sequence[Commit] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    lost: Sequence[str] = ()  # what was acknowledged and is not in the database
    backward: Sequence[str] = ()  # slots that were given an older value

    def of(self, kinds: Collection[Kind]) -> list[Request]:
        return [request for request in self.requests if request.kind in kinds]

    def failed(self, kinds: Collection[Kind] = ALL) -> list[Request]:
        return [request for request in self.of(kinds) if request.is_failed]

    @property
    def worst_s(self) -> float:
        """The longest that anybody waited."""
        return max((request.took_s for request in self.requests), default=0.0)

    @property
    def recovered_s(self) -> float:
        """How long after the mending the last request failed."""
        late = [request.ended - self.mended_at for request in self.failed()]
        return max([0.0, *late])
