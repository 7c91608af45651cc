"""What the drills have shown: drills.json, and the page docs/drills.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fleet.drills.drill import Result, Verdict
from fleet.drills.evidence import Evidence

PROBLEMS_SHOWN = 6


@dataclass(frozen=True)
class Report:
    """A whole run."""

    results: Sequence[Result]
    machine: Mapping[str, str]
    command: str
    seconds: float
    shape: str  # what the fleet consisted of

    @property
    def broken(self) -> list[Result]:
        return [result for result in self.results if result.verdict is Verdict.BROKEN]

    @property
    def not_run(self) -> list[Result]:
        return [result for result in self.results if result.verdict is Verdict.NOT_RUN]

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "command": self.command,
            "seconds": round(self.seconds),
            "machine": dict(self.machine),
            "fleet": self.shape,
            "broken": [result.drill.name for result in self.broken],
            "not_run": [result.drill.name for result in self.not_run],
            "drills": [_document(result) for result in self.results],
        }

    def markdown(self) -> str:
        """For people."""
        return "\n".join(self._lines()) + "\n"

    def summary(self) -> str:
        """For the terminal: a line per drill, and what was wrong with it below."""
        lines = []
        for result in self.results:
            numbers = _numbers(result.evidence) if result.evidence else ["–"] * 4
            sent, failed, worst, recovered = numbers
            lines.append(
                f"{result.verdict.value:<8} {result.drill.name:<24} {sent:>6} sent, {failed:>4} "
                f"failed, worst {worst:>7}, recovered {recovered:>7}"
            )
            lines += [f"         - {problem}" for problem in result.problems[:PROBLEMS_SHOWN]]
        return "\n".join(lines)

    def _lines(self) -> Iterator[str]:
        yield "# Drills"
        yield ""
        yield (
            f"`{self.command}` has written this page. {self.shape} Visitors come at a steady rate "
            "through HAProxy; each drill breaks one thing, mends it, and looks at every request."
        )
        yield ""
        yield (
            "| broken | promised | | sent | failed | worst | time to recover | lost |\n"
            "|---|---|---|---|---|---|---|---|"
        )
        yield from (_row(result) for result in self.results)
        yield ""
        yield (
            "In every drill two more things are promised. A page shows what was so a moment ago: "
            "matches are played meanwhile, each score on a page is compared with what the "
            "database had then, and no slot of the cache may ever be given an older value. And a "
            "line-up that was acknowledged is in the database, whole, and is what its owner sees "
            "next: the database itself keeps a book of what was committed."
        )
        yield ""
        yield (
            "Failed are all requests without a good answer, a clear 503 included. Lost are "
            "line-ups that were acknowledged and are not in the database. Some drills only: "
            '`make drill ARGS="node-frozen deploy"`; each for a few seconds: `--short`. Exit code '
            "1 says that a promise was not kept."
        )
        yield ""
        yield "Machine: " + ", ".join(f"{name} {value}" for name, value in self.machine.items())
        for result in self.results:
            if result.problems:
                yield ""
                yield f"## {result.drill.name}: {result.verdict.value}"
                yield ""
                yield from (f"- {problem}" for problem in result.problems[:PROBLEMS_SHOWN])


def _row(result: Result) -> str:
    drill, evidence = result.drill, result.evidence
    promised = "; ".join(promise.text for promise in drill.promises)
    numbers = _numbers(evidence) if evidence else ["–"] * 4
    lost = str(len(evidence.lost)) if evidence else "–"
    cells = [drill.breaks, promised, result.verdict.value, *numbers, lost]
    return f"| {' | '.join(cells)} |"


def _numbers(evidence: Evidence) -> list[str]:
    return [
        f"{len(evidence.requests):,}",
        f"{len(evidence.failed()):,}",
        f"{evidence.worst_s:.2f} s",
        f"{evidence.recovered_s:.1f} s",
    ]


def _document(result: Result) -> dict[str, Any]:
    drill, evidence = result.drill, result.evidence
    document: dict[str, Any] = {
        "name": drill.name,
        "breaks": drill.breaks,
        "verdict": result.verdict.value,
        "promises": [promise.text for promise in drill.all_promises],
        "problems": list(result.problems),
    }
    if evidence is None:
        return document
    return document | {
        "sent": len(evidence.requests),
        "failed": len(evidence.failed()),
        "worst_s": round(evidence.worst_s, 3),
        "recovered_s": round(evidence.recovered_s, 3),
        "lost": list(evidence.lost),
        "took_s": round(evidence.ended - evidence.began, 1),
        "broken_for_s": round(evidence.mended_at - evidence.broken_at, 3),
        "facts": dict(evidence.facts),
    }
