"""Measuring so that noise is seen: all rows in turns, several rounds, medians with quartiles."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

# An idle machine repeats the reference loop within 1 to 3 %.
NOISY_OVER = 0.10
REFERENCE_STEPS = 400_000  # about 10 ms


@dataclass(frozen=True)
class Measured:
    """A number, and the absolute ones from which it was made, with their units in the names."""

    value: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Series:
    """One number, measured once per round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The first and the third."""
        if len(self.values) == 1:
            return self.values[0], self.values[0]
        first, _, third = quantiles(self.values, n=4, method="inclusive")
        return first, third

    @property
    def spread(self) -> float:
        """The distance of the quartiles, as a share of the median."""
        first, third = self.quartiles
        return (third - first) / self.median if self.median else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


class ReferenceLoop:
    """The same work again and again through the whole run: it takes longer when others work too."""

    def __init__(self, work: Callable[[], object] | None = None) -> None:
        self._work = work or _count
        self._times_s: list[float] = []

    def run(self) -> None:
        started = time.perf_counter()
        self._work()
        self._times_s.append(time.perf_counter() - started)

    @property
    def noise(self) -> float:
        """The spread of its times."""
        return Series(tuple(self._times_s)).spread

    @property
    def is_noisy(self) -> bool:
        return self.noise > NOISY_OVER


def in_turns(
    measures: Mapping[str, Callable[[], Mapping[str, Measured]]],
    rounds: int,
    before_each: Callable[[int, str], None],
) -> dict[str, list[Measured]]:
    """Calls each measure once per round, so that a slow minute of the machine hits all of them.

    A measure returns one number or more by their keys; all rounds of a key are returned together.
    """
    found: dict[str, list[Measured]] = defaultdict(list)
    for number, name in _turns(measures, rounds):
        before_each(number, name)
        for key, measured in measures[name]().items():
            found[key].append(measured)
    return dict(found)


def _turns(names: Mapping[str, object], rounds: int) -> Iterator[tuple[int, str]]:
    return ((number, name) for number in range(1, rounds + 1) for name in names)


def _count() -> int:
    total = 0
    for step in range(REFERENCE_STEPS):
        total += step
    return total
