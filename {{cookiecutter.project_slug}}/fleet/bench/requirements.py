"""What is required of a number, and whether it is met beyond the noise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from fleet.bench.sampling import Series


class Verdict(Enum):
    PASS = "pass"
    NOISE = "missed, within the noise"
    MISS = "MISSED"
    SHOWN = "shown only"
    NOT_MEASURED = "not measured"


class Requirement(Protocol):
    def verdict(self, series: Series, noise: float) -> Verdict:
        """`noise` is the spread of the reference loop."""

    def describe(self, unit: str) -> str:
        """For the table."""


@dataclass(frozen=True)
class AtMost:
    """The median may reach `limit`.

    It is missed beyond the noise when the first quartile, and the median less the noise of the
    machine, are over the limit too.
    """

    limit: float

    def verdict(self, series: Series, noise: float) -> Verdict:
        if series.median <= self.limit:
            return Verdict.PASS
        lowest = min(series.quartiles[0], series.median * (1 - noise))
        return Verdict.MISS if lowest > self.limit else Verdict.NOISE

    def describe(self, unit: str) -> str:
        return f"≤ {self.limit:g} {unit}".rstrip()


@dataclass(frozen=True)
class AtLeast:
    """The median has to reach `limit`.

    It is missed beyond the noise when the third quartile, and the median plus the noise of the
    machine, are below the limit too.
    """

    limit: float

    def verdict(self, series: Series, noise: float) -> Verdict:
        if series.median >= self.limit:
            return Verdict.PASS
        highest = max(series.quartiles[1], series.median * (1 + noise))
        return Verdict.MISS if highest < self.limit else Verdict.NOISE

    def describe(self, unit: str) -> str:
        return f"≥ {self.limit:,g} {unit}".rstrip()


@dataclass(frozen=True)
class Exactly:
    """A count: the same in every round, and no noise excuses another."""

    number: float

    def verdict(self, series: Series, noise: float) -> Verdict:
        met = all(value == self.number for value in series.values)
        return Verdict.PASS if met else Verdict.MISS

    def describe(self, unit: str) -> str:
        return f"{self.number:g} {unit}".rstrip()


@dataclass(frozen=True)
class Shown:
    """Nothing is required."""

    def verdict(self, series: Series, noise: float) -> Verdict:
        return Verdict.SHOWN

    def describe(self, unit: str) -> str:
        return "–"
