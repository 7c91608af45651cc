"""Files, lines and what went wrong while reading them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """Something that could not be read. A file that is not here is `missing`, not a mistake."""

    where: str
    text: str
    missing: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass
class Reading:
    """The files that were read so far, and the problems with them."""

    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def text(self, path: Path) -> str:
        """The text of a file; nothing, and a problem, when it cannot be read."""
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            reason = error.strerror or str(error)
            self.problems.append(Problem(place(path), reason, missing=True))
            return ""
        self.files.append(path)
        return text

    def mistake(self, where: str, text: str) -> None:
        self.problems.append(Problem(where, text))


def place(path: Path, line: int | None = None) -> str:
    """`deploy/apache/site.conf:12`, relative to the current folder where it lies in it."""
    try:
        name = str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        name = str(path)
    return name if line is None else f"{name}:{line}"


def joined_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with the number of their first part; a backslash at the end continues a line."""
    started, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        if not parts:
            started = number
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        yield started, " ".join([*parts, line]).strip()
        parts = []
    if parts:
        yield started, " ".join(parts).strip()
