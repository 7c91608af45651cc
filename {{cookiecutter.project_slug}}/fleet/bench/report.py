"""What a run has found: as JSON, and as the page docs/bench.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from fleet.bench.requirements import Verdict
from fleet.bench.rows.row import Row
from fleet.bench.sampling import NOISY_OVER, Measured, Series

CHART = "bench.svg"
UNITS = {"s", "ms", "µs", "MB", "requests/s", "saves/s"}


@dataclass(frozen=True)
class Result:
    """A row with what all rounds have measured."""

    row: Row
    measured: Sequence[Measured]
    noise: float  # of the machine
    profile: str = ""

    @property
    def is_short(self) -> bool:
        """Whether what is required was missed, perhaps within the noise."""
        return self.verdict in (Verdict.MISS, Verdict.NOISE)

    @property
    def series(self) -> Series:
        return Series(tuple(one.value for one in self.measured))

    @property
    def verdict(self) -> Verdict:
        if self.row.obstacle:
            return Verdict.NOT_MEASURED
        return self.row.required.verdict(self.series, self.noise)

    @property
    def spread(self) -> str:
        first, third = self.series.quartiles
        return f"{number(first)} to {number(third)}" if first != third else "none"

    @property
    def parts(self) -> dict[str, float]:
        """The medians of the numbers behind it."""
        names = self.measured[0].parts if self.measured else ()
        return {name: median(one.parts[name] for one in self.measured) for name in names}


@dataclass(frozen=True)
class Report:
    """A whole run."""

    results: Sequence[Result]
    machine: Mapping[str, str]
    command: str
    rounds: int
    noise: float

    @property
    def is_noisy(self) -> bool:
        return self.noise > NOISY_OVER

    @property
    def missed(self) -> list[Result]:
        """The rows that miss what is required beyond the noise."""
        return [result for result in self.results if result.verdict is Verdict.MISS]

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "command": self.command,
            "rounds": self.rounds,
            "machine": dict(self.machine),
            "noise": self.noise,
            "is_noisy": self.is_noisy,
            "missed": [result.row.key for result in self.missed],
            "rows": [_row_document(result) for result in self.results],
        }

    def markdown(self) -> str:
        """For people."""
        return "\n".join(self._lines()) + "\n"

    def summary(self) -> str:
        """For the terminal: a line per row."""
        lines = [
            f"{result.verdict.value:<24}  {_measured(result):<12}  "
            f"{_required(result):<10}  {result.row.what.replace('`', '')}"
            for result in self.results
        ]
        return "\n".join([*lines, self._noise_sentence()])

    def _lines(self) -> Iterator[str]:
        yield "# Measured"
        yield ""
        yield (
            f"`{self.command}` has written this page. Each number is the median of {self.rounds} "
            "rounds, in which all rows take turns; the spread is that of the middle half."
        )
        yield ""
        yield f"![Measured against required]({CHART})"
        yield ""
        yield "| what | required | measured | spread | from | |"
        yield "|---|---|---|---|---|---|"
        yield from (_row_line(result) for result in self.results)
        yield from self._limits()
        yield ""
        yield "Machine: " + ", ".join(f"{name} {value}" for name, value in self.machine.items())
        yield ""
        yield self._noise_sentence()
        yield (
            "MariaDB, memcached and the clients run on the same machine, and take their share of "
            "it. MariaDB has analyzed its tables after they were filled. In the rows that ask the "
            "node for pages or save line-ups it waits for the disk at each commit, as "
            "`deploy/mysql/server.cnf` has it; in the others it does not."
        )

    def _limits(self) -> Iterator[str]:
        """What stands in the way of the rows that do not pass, as far as it is known."""
        limited = [one for one in self.results if one.row.limit and one.is_short]
        if limited:
            yield ""
            yield "## Limits"
        for result in limited:
            yield ""
            yield f"- {result.row.what}: {_measured(result)}. {result.row.limit}"
            if result.profile:
                yield ""
                yield f"  {result.profile}"

    def _noise_sentence(self) -> str:
        share = f"{100 * self.noise:.1f} %"
        if self.is_noisy:
            limit = f"{100 * NOISY_OVER:.0f} %"
            return (
                f"WARNING: the machine was noisy: the quartiles of a reference loop lay {share} "
                f"apart, more than {limit}. Something else was running: measure again."
            )
        return f"The machine was quiet: the quartiles of a reference loop lay {share} apart."


def number(value: float) -> str:
    """Three digits that count, and no exponent."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _part(name: str, value: float) -> str:
    """`page µs` becomes `page: 31 µs`."""
    what, _, unit = name.rpartition(" ")
    return f"{what}: {number(value)} {unit}" if unit in UNITS else f"{name}: {number(value)}"


def _measured(result: Result) -> str:
    if result.row.obstacle:
        return "–"
    return f"{number(result.series.median)} {result.row.unit}".rstrip()


def _required(result: Result) -> str:
    return result.row.required.describe(result.row.unit)


def _row_line(result: Result) -> str:
    parts = ", ".join(_part(name, value) for name, value in result.parts.items())
    cells = [
        result.row.what,
        _required(result),
        _measured(result),
        "–" if result.row.obstacle else result.spread,
        result.row.obstacle or parts or "–",
        result.verdict.value,
    ]
    return f"| {' | '.join(cells)} |"


def _row_document(result: Result) -> dict[str, Any]:
    document: dict[str, Any] = {
        "key": result.row.key,
        "what": result.row.what,
        "unit": result.row.unit,
        "required": _required(result),
        "verdict": result.verdict.name.lower(),
    }
    if result.row.obstacle:
        return document | {"obstacle": result.row.obstacle}
    return document | {
        "median": result.series.median,
        "quartiles": list(result.series.quartiles),
        "values": list(result.series.values),
        "parts": result.parts,
    }
