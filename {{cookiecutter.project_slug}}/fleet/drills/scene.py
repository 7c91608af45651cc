"""What a drill works with: the fleet, the clock, and what it measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from fleet.drills.evidence import Request
from fleet.up import RunningFleet

POLL_S = 0.05


class DrillError(Exception):
    """Something did not come about: the drill is broken, whatever its promises."""


@dataclass(frozen=True)
class Lengths:
    """How long things stay broken. The short form is for every change, the long one for a rest."""

    outage_s: float
    flood_s: float  # of the overload
    leagues: int = 20


SHORT = Lengths(outage_s=4.0, flood_s=5.0)
LONG = Lengths(outage_s=10.0, flood_s=15.0)


@dataclass
class Scene:
    """One drill on the running fleet. What it does to be undone goes into `undo`, which is done
    whatever happens."""

    fleet: RunningFleet
    lengths: Lengths
    requests: Callable[[], Sequence[Request]]  # all until now
    leagues: Sequence[int] = ()  # whose pages are read
    undo: ExitStack = field(default_factory=ExitStack)
    facts: dict[str, float] = field(default_factory=dict)
    broken_at: float | None = None
    mended_at: float | None = None

    def broken(self) -> None:
        """From now on something is broken."""
        self.broken_at = time.monotonic()

    def mended(self) -> None:
        """Now it is as it was; or what should mend itself begins to."""
        self.mended_at = time.monotonic()

    def wait(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))

    def wait_until(self, condition: Callable[[], object], what: str, limit_s: float) -> float:
        """How long it took. DrillError when it did not come about."""
        started = time.monotonic()
        while not condition():
            if time.monotonic() - started > limit_s:
                raise DrillError(f"{what}: not within {limit_s:g} s")
            time.sleep(POLL_S)
        return time.monotonic() - started

    def outage(self, breaking: Callable[[], object], mending: Callable[[], object]) -> None:
        """The plain drill: it breaks, stays so, and is mended. `mending` can be repeated."""
        self.undo.callback(mending)
        self.broken()
        breaking()
        self.wait(self.lengths.outage_s)
        mending()
        self.mended()

    def states(self) -> dict[str, str]:
        """What HAProxy thinks of each node: UP, DOWN, NOLB …"""
        return {name: row["status"] for name, row in self.fleet.haproxy.servers("app").items()}

    def is_up(self, name: str) -> bool:
        return self.states()[name].startswith("UP")
