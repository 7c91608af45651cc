"""Every tuned number of the files in deploy/: halved, doubled, and zero."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What is no tuned number: addresses, names, ports, statuses, versions, modes, patterns.
NOT_TUNED = re.compile(
    r"""
    \d+\.\d+\.\d+\.\d+(/[\d.]+)?(:\d+)?      # addresses, networks
    | :\d+ | \bport\s*=\s*\d+ | ^-p\s\d+ | ^Define\sPORT.*
    | (web|cache|local|utf8mb|HTTP/|TLSv|h)\d+(\.\d+)?(?!\d) | utf8\S* | UTF-8 | UMask=\d+
    | (status|deny_status|code|R=|Redirect(Match)?|mode|stats\slevel|fail-open)\s?\d+
    | expect\sstatus\s\d+ | disable-on-404 | httpchk | field\(.*?\)
    | ^\s*(Rewrite|RequestHeader\sedit|<|ForceType|LogFormat|http-error|stats\ssocket|bind|\[).*
    | "expr=.* | Include.* | mysqld-8\.4 | X-\S+
    """,
    re.VERBOSE,
)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?|(?<=[A-Za-z]=)\d+")
NAMED = re.compile(r"[A-Za-z-]+=")
COMMENT = re.compile(r"^\s*(#|--(\s|$)|;)")


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        """The words that differ, with the name before a number that stands alone."""
        one, other = self.before.split(), self.after.split()
        place = next(n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
        first = place if NAMED.match(one[place]) else max(0, place - (2 if "=" in one else 1))
        return (
            f"{self.file}: {' '.join(one[first : place + 1])} → "
            f"{' '.join(other[first : place + 1])}"
        )

    def apply(self, text: str) -> str:
        lines = text.splitlines()
        assert lines[self.line] == self.before
        lines[self.line] = self.after
        return "\n".join(lines) + "\n"


def mutants(file: str, text: str) -> Iterator[Mutant]:
    for number, line in enumerate(text.splitlines()):
        if COMMENT.match(line):
            continue
        masked = NOT_TUNED.sub(lambda found: "_" * len(found[0]), line)
        for found in NUMBER.finditer(masked):
            for value in _others(found[0]):
                after = line[: found.start()] + value + line[found.end() :]
                yield Mutant(file, number, line, after)


def _others(text: str) -> list[str]:
    """Half, twice, and zero; of a zero, one."""
    if "." in text:
        number = float(text)
        return [f"{number / 2:g}", f"{number * 2:g}", "0"]
    whole = int(text)
    if whole == 0:
        return ["1"]
    return [str(value) for value in dict.fromkeys([whole // 2, whole * 2, 0])]
