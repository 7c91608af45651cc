"""What one goal costs with few leagues and with many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from fleet.bench.processes import BenchError, Probe
from fleet.bench.requirements import AtMost, Exactly
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.site import Site
from fleet.bench.world import World

FILL_LIMIT_S = 900.0
ATTEMPTS = 5  # at a goal that nothing else gets into
COUNTS = ["queries", "rebuilds", "store calls"]


class Goal:
    name = "goal"

    def __init__(self, world: World) -> None:
        self._goals = world.plan.goals
        self._few, self._many = Pitch(world.few), Pitch(world.many)

    @property
    def rows(self) -> Sequence[Row]:
        sizes = f"with {self._many.site.leagues:,} leagues against {self._few.site.leagues:,}"
        counts = [Row(_key(name), f"one goal {sizes}: {name}", "×", Exactly(1)) for name in COUNTS]
        time = Row(_key("time ms"), f"one goal {sizes}: refresher time", "×", AtMost(1.2))
        return [*counts, time]

    def measure(self) -> Mapping[str, Measured]:
        few, many = [], []
        for _ in range(self._goals):
            few.append(self._few.goal())
            many.append(self._many.goal())
        return {_key(name): self._compare(name, few, many) for name in [*COUNTS, "time ms"]}

    def _compare(
        self, name: str, few: Sequence[Mapping[str, float]], many: Sequence[Mapping[str, float]]
    ) -> Measured:
        """Counts as the mean, so that a single one too many shows; times as the median."""
        with_few, with_many = (
            median(values) if name == "time ms" else sum(values) / len(values)
            for values in ([cost[name] for cost in costs] for costs in (few, many))
        )
        unit = " ms" if name == "time ms" else ""
        parts = {
            f"{pitch.site.leagues:,} leagues{unit}": number
            for pitch, number in [(self._few, with_few), (self._many, with_many)]
        }
        return Measured(with_many / with_few, parts)


class Pitch:
    """A site on which goals are shot, while the pages of all its leagues are in the store."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._probe: Probe = site.probe("goals")
        self._probe.ask("fill", limit_s=FILL_LIMIT_S)

    def goal(self) -> Mapping[str, float]:
        for _ in range(ATTEMPTS):
            self._probe.ask("goal")
            before = self.site.store_commands()
            if cost := self._probe.ask("cost"):
                return {
                    "queries": cost["queries"],
                    "rebuilds": cost["rebuilds"],
                    "store calls": self.site.store_commands() - before,
                    "time ms": cost["ms"],
                }
        raise BenchError(f"A goal took too long {ATTEMPTS} times, on site {self.site.name}.")


def _key(name: str) -> str:
    return f"goal_{name.removesuffix(' ms').replace(' ', '_')}"
