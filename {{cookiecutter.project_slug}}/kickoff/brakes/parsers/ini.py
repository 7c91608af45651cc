"""Files of `[sections]` with `key = value`: MySQL's option files and systemd's units."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kickoff.brakes.parsers.source import Reading, joined_lines, place

MAX_DEPTH = 10


@dataclass(frozen=True)
class Option:
    """`value` is None where the name stands alone, as in `skip-name-resolve`."""

    section: str
    name: str
    value: str | None
    where: str


def read_options(path: Path, reading: Reading, depth: int = 0) -> list[Option]:
    """All options of a file and of what it includes, in order."""
    found, section = list[Option](), ""
    for number, line in joined_lines(reading.text(path)):
        where = place(path, number)
        if not line or line[0] in "#;":
            continue
        if line.startswith("["):
            if not line.endswith("]"):
                reading.mistake(where, f"{line} is no section")
            section = line.strip("[]").strip()
        elif line.startswith("!include"):
            if depth < MAX_DEPTH:
                for included in _included(path, line):
                    found += read_options(included, reading, depth + 1)
        else:
            name, equals, value = (part.strip() for part in line.partition("="))
            found.append(Option(section, name, _bare(value) if equals else None, where))
    return found


def _included(path: Path, line: str) -> list[Path]:
    kind, _, name = line.partition(" ")
    target = path.parent / name.strip()
    return sorted(target.glob("*.cnf")) if kind == "!includedir" else [target]


def _bare(value: str) -> str:
    """Without a comment behind it, and without quotes around it."""
    for mark in (" #", "\t#"):
        value = value.split(mark, 1)[0]
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
