"""Apache's configuration: directives, the sections around them, Include, Define."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path

from kickoff.brakes.parsers.source import Problem, Reading, joined_lines, place

MAX_DEPTH = 20  # an Include that includes itself ends here

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|(\S+)')
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Section:
    kind: str  # in lower case: virtualhost, directory, ifmodule
    argument: str


@dataclass(frozen=True)
class Directive:
    name: str
    arguments: tuple[str, ...]
    where: str
    sections: tuple[Section, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.arguments)


@dataclass
class ApacheReader:
    """Reads files into `directives`, in the order in which Apache sees them."""

    reading: Reading = field(default_factory=Reading)
    directives: list[Directive] = field(default_factory=list)
    root: Path = Path("/")
    _variables: dict[str, str] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        self.root = path.parent
        self._read_file(path, (), 0)

    def _read_file(self, path: Path, outer: tuple[Section, ...], depth: int) -> None:
        sections = list(outer)
        for number, line in joined_lines(self.reading.text(path)):
            where = place(path, number)
            if not line or line.startswith("#"):
                continue
            if line.startswith("</"):
                self._close(line, sections, len(outer), where)
            elif line.startswith("<"):
                kind, _, argument = line[1:].rstrip("> ").partition(" ")
                sections.append(Section(kind.lower(), self._filled(argument).strip(" \"'")))
            else:
                self._directive(self._filled(line), where, tuple(sections), depth)
        for section in sections[len(outer) :]:
            self.reading.mistake(place(path), f"<{section.kind} {section.argument}> is not closed")

    def _close(self, line: str, sections: list[Section], least: int, where: str) -> None:
        kind = line[2:].rstrip("> ").lower()
        if len(sections) <= least or sections[-1].kind != kind:
            self.reading.mistake(where, f"{line} closes nothing")
        else:
            sections.pop()

    def _directive(self, line: str, where: str, sections: tuple[Section, ...], depth: int) -> None:
        name, *arguments = words(line)
        match name.lower():
            case "define" if arguments:
                self._variables[arguments[0]] = " ".join(arguments[1:])
            case "serverroot" if arguments:
                self.root = Path(arguments[0])
            case "include" | "includeoptional" if arguments:
                self._include(name, arguments[0], where, sections, depth)
                return
        self.directives.append(Directive(name, tuple(arguments), where, sections))

    def _include(
        self, name: str, pattern: str, where: str, sections: tuple[Section, ...], depth: int
    ) -> None:
        found = sorted(glob(str(self.root / pattern)))
        if depth >= MAX_DEPTH:
            self.reading.mistake(where, f"{name} {pattern} includes itself")
            return
        if not found and name.lower() == "include":
            text = f"{name} {pattern}: there is no such file here"
            self.reading.problems.append(Problem(where, text, missing=True))
        for path in map(Path, found):
            for file in self._files(path):
                self._read_file(file, sections, depth + 1)

    def _files(self, path: Path) -> list[Path]:
        """All files of a folder that is included."""
        try:
            return sorted(path.iterdir()) if path.is_dir() else [path]
        except OSError as error:
            self.reading.problems.append(Problem(place(path), str(error), missing=True))
            return []

    def _filled(self, text: str) -> str:
        return _VARIABLE.sub(lambda found: self._variables.get(found[1], found[0]), text)


def words(line: str) -> list[str]:
    """The arguments of a line, without their quotes."""
    return [
        re.sub(r"\\(.)", r"\1", double or single) if double or single else bare
        for double, single, bare in _WORD.findall(line)
    ]
