"""HAProxy's configuration: sections of lines of words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kickoff.brakes.parsers.source import Reading, place

SECTIONS = frozenset(
    "global defaults frontend backend listen peers resolvers userlist cache program mailers "
    "http-errors ring log-forward fcgi-app".split()
)
# The words that a line has at least, its name among them: with fewer HAProxy does not start.
LEAST_WORDS = {
    **dict.fromkeys(["acl", "server", "timeout"], 3),
    **dict.fromkeys("balance bind default_backend http-check http-request log maxconn".split(), 2),
    **dict.fromkeys("mode monitor monitor-uri option retries stats use_backend".split(), 2),
}


@dataclass(frozen=True)
class Line:
    words: tuple[str, ...]
    where: str

    def after(self, keyword: str) -> str | None:
        """The word that follows `keyword` in this line."""
        for word, following in zip(self.words, (*self.words[1:], None), strict=True):
            if word == keyword:
                return following
        return None


@dataclass
class Section:
    kind: str
    name: str
    where: str
    lines: list[Line] = field(default_factory=list)
    defaults: Section | None = None

    def find(self, *start: str) -> list[Line]:
        """Its own lines that begin with these words."""
        return [line for line in self.lines if line.words[: len(start)] == start]

    def effective(self, *start: str) -> Line | None:
        """The last line that begins so, here or in the defaults."""
        if own := self.find(*start):
            return own[-1]
        return self.defaults.effective(*start) if self.defaults else None


def read_sections(path: Path, reading: Reading) -> list[Section]:
    sections = list[Section]()
    defaults: Section | None = None
    for number, text in enumerate(reading.text(path).splitlines(), start=1):
        words, where = split(text), place(path, number)
        if not words:
            continue
        if words[0] in SECTIONS:
            section = Section(words[0], words[1] if len(words) > 1 else "", where)
            if section.kind == "defaults":
                defaults = section
            elif section.kind in {"frontend", "backend", "listen"}:
                section.defaults = _named(sections, words) or defaults
            sections.append(section)
        elif not sections:
            reading.mistake(where, f"{words[0]} stands in no section")
        elif len(words) < LEAST_WORDS.get(words[0], 1):
            reading.mistake(where, f"{' '.join(words)}: the rest of the line is missing")
        else:
            sections[-1].lines.append(Line(tuple(words), where))
    return sections


def _named(sections: list[Section], words: list[str]) -> Section | None:
    if "from" not in words[2:-1]:
        return None
    name = words[words.index("from", 2) + 1]
    return next((s for s in sections if s.kind == "defaults" and s.name == name), None)


def split(text: str) -> list[str]:
    """Words of a line: quotes hold them together, a backslash takes a character as it is."""
    found, word, quote, started = list[str](), "", "", False
    characters = iter(text)
    for character in characters:
        if character == "\\" and quote != "'":
            word, started = word + next(characters, ""), True
        elif character == quote:
            quote = ""
        elif not quote and character in "\"'":
            quote, started = character, True
        elif not quote and character == "#":
            break
        elif not quote and character.isspace():
            found += [word] if started or word else []
            word, started = "", False
        else:
            word += character
    return [*found, word] if started or word else found
