"""The results as one JSON document, and as text for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from io import StringIO
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.results import Result, Status
from kickoff.brakes.sizing import sizing

COLOURS = {
    Status.ERROR: "bold red",
    Status.WARNING: "yellow",
    Status.UNKNOWN: "cyan",
    Status.OK: "green",
    Status.IDLE: "dim",
}
HEADINGS = {
    Status.ERROR: "Errors",
    Status.WARNING: "Warnings",
    Status.UNKNOWN: "Could not find",
    Status.IDLE: "Does not apply",
    Status.OK: "In order",
}


class Output(Protocol):
    """Where text goes: a file, or what commands write to."""

    def write(self, text: str, /) -> object: ...

    def isatty(self) -> bool: ...


def worst(results: list[Result]) -> Status:
    found = {result.status for result in results}
    return next(
        (s for s in (Status.ERROR, Status.WARNING, Status.UNKNOWN) if s in found), Status.OK
    )


def as_document(site: Configuration, results: list[Result]) -> dict[str, Any]:
    """Stable names: programs rely on them."""
    return {
        "status": worst(results).value,
        "counts": {status.value: count for status, count in _counts(results).items()},
        "results": [_result(result) for result in results],
        "sizing": {group: [asdict(row) for row in rows] for group, rows in sizing(site).items()},
        "files": _files(site),
        "live": site.is_live,
    }


def _result(result: Result) -> dict[str, Any]:
    rule = result.rule
    return {
        "id": rule.id,
        "status": result.status.value,
        "severity": rule.severity.value,
        "title": rule.title,
        "reads": rule.reads,
        "found": list(result.found),
        "expected": result.expected,
        "why": rule.why,
        "mend": rule.mend,
    }


def _counts(results: list[Result]) -> Counter[Status]:
    return Counter(result.status for result in results)


def _files(site: Configuration) -> dict[str, list[str]]:
    parts = ("apache", "haproxy", "mysql", "memcached", "units", "fleet", "settings")
    return {name: [str(file) for file in getattr(site, name).reading.files] for name in parts}


def write_text(site: Configuration, results: list[Result], out: Output, *, all: bool) -> None:
    """Errors first, each with what to do. With `all` also what is in order."""
    text = StringIO()
    console = Console(file=text, highlight=False, soft_wrap=True, force_terminal=out.isatty())
    shown = [Status.ERROR, Status.WARNING, Status.UNKNOWN]
    for status in [*shown, Status.IDLE, Status.OK] if all else shown:
        chosen = [result for result in results if result.status is status]
        if not chosen:
            continue
        console.print(Text(f"{HEADINGS[status]}\n", style="bold"))
        for result in chosen:
            console.print(_lines(result))
    console.print(_table(site))
    console.print(_summary(results))
    out.write(text.getvalue())


def _lines(result: Result) -> Text:
    rule = result.rule
    text = Text()
    text.append(f"{rule.id:5}", style=COLOURS[result.status])
    text.append(f" {rule.title}\n")
    if result.status in (Status.UNKNOWN, Status.IDLE):
        return text.append(f"      {result.expected}\n")
    for found in result.found:
        text.append(f"      found     {found}\n")
    text.append(f"      expected  {result.expected}\n")
    if result.status is not Status.OK:
        text.append(f"      why       {rule.why}\n      mend      {rule.mend}\n")
    return text


def _table(site: Configuration) -> Table:
    table = Table(title="Sizes", title_justify="left", title_style="bold", box=None)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("", style="dim")
    for group, rows in sizing(site).items():
        table.add_row(Text(group, style="bold"))
        for row in rows:
            table.add_row(f"  {row.what}", row.value or "–", row.how)
    return table


def _summary(results: list[Result]) -> Text:
    counts = _counts(results)
    parts = [f"{counts[status]} {status.value}" for status in HEADINGS if counts[status]]
    return Text(f"{len(results)} rules: {', '.join(parts)}.", style=COLOURS[worst(results)])
