"""The contract as it lies there, line by line: headers, their lines, and the comments in between.

Only the layout that `budget_writing` writes can be rewritten: one `key = value` on a line, one
header for the visitors of a route who have the same budget.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kickoff.budgets.budget_file import (
    FILE_NAME,
    KINDS,
    OVERRIDES,
    STATES,
    BudgetFileError,
    Case,
    Counts,
    Entry,
    visitors_in,
)

_HEADER = re.compile(r"\s*\[.*\]\s*(#.*)?$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")

NOTHING = Counts()

Path_ = tuple[str, ...]


@dataclass
class Block:
    """A header with the lines up to the next one. `above` are the comments that belong to it."""

    above: list[str] = field(default_factory=list)
    header: str = ""
    body: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path_:
        return next(_paths(tomllib.loads(self.header)), ((), None))[0] if self.header else ()

    @property
    def cases(self) -> list[Case]:
        if len(self.path) != 3:
            return []
        route, visitors, method = self.path
        return [Case(route, visitor, method) for visitor in visitors_in(visitors)]

    def hold(self, cases: Sequence[Case]) -> None:
        """Its header names these cases; as it was, if it did already."""
        if sorted(cases) != sorted(self.cases):
            self.header = header(cases) + comment_of(self.header)

    def say(self, entry: Entry) -> None:
        """The entry, line by line; what says the same already stays as it is."""
        self.body = _body(self, _lines_of(entry))

    def lines(self) -> list[str]:
        return [*self.above, *([self.header] if self.header else []), *self.body]


def blocks_of(text: str) -> tuple[list[Block], list[str]]:
    """The blocks, and the comments that stand after the last one."""
    blocks = [Block()]
    for line in text.removesuffix("\n").split("\n"):  # splitlines() knows other ends of lines
        if _HEADER.match(line) and _is_toml(line):
            above = _loose_end(blocks[-1]) if len(blocks) > 1 or blocks[0].body else []
            blocks.append(Block(above, line))
        else:
            blocks[-1].body.append(line)
    return blocks, _loose_end(blocks[-1])


def verify_layout(block: Block) -> None:
    """Raises BudgetFileError for what is written in another way than this package writes."""
    if len(block.path) not in (1, 3):
        raise BudgetFileError(
            f"{FILE_NAME}: {block.header} cannot be rewritten: write what is below it as lines of "
            'its entry, such as cold.queries."SELECT shop_product" = 1'
        )
    for line in block.body:
        if not _is_loose(line) and not _is_toml(line):
            raise BudgetFileError(
                f"{FILE_NAME}: cannot be rewritten at {line.strip()!r}: "
                "keep one `key = value` on a line."
            )


def header(cases: Sequence[Case]) -> str:
    """Of one route and method, with all visitors of these cases."""
    visitors = ", ".join(sorted(case.visitor for case in cases))
    return f"[{'.'.join(_key(part) for part in (cases[0].route, visitors, cases[0].method))}]"


def plain_lines(entry: Entry) -> list[str]:
    """The lines of an entry, as they are written where there were none."""
    return [_line(path, value) for path, value in _lines_of(entry).items()]


def _quoted(text: str) -> str:
    """A string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _loose_end(block: Block) -> list[str]:
    """Takes the empty lines and comments off the end of a block."""
    end = len(block.body)
    while end and _is_loose(block.body[end - 1]):
        end -= 1
    loose, block.body = block.body[end:], block.body[:end]
    return loose


def _is_loose(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _lines_of(entry: Entry) -> dict[Path_, Any]:
    """The keys and values of an entry in the order in which they are written."""
    lines: dict[Path_, Any] = {("status",): entry.status}
    both = _in_common(entry.cold, entry.hot)
    for state in STATES:
        counts = entry.of(state)
        lines |= _counts(counts, (state,), without=both)
        if counts == NOTHING:
            lines[(state,)] = {}
    lines |= _counts(both, ())
    for vendor in OVERRIDES:
        for state in STATES:
            lines |= _counts(entry.overrides.get(vendor, {}).get(state, NOTHING), (vendor, state))
    if entry.reason:
        lines[("reason",)] = entry.reason
    return lines


def _in_common(cold: Counts, hot: Counts) -> Counts:
    return Counts(*(dict(sorted(cold.of(kind).items() & hot.of(kind).items())) for kind in KINDS))


def _counts(counts: Counts, path: Path_, without: Counts = NOTHING) -> dict[Path_, Any]:
    return {
        (*path, kind, label): number
        for kind in KINDS
        for label, number in sorted(counts.of(kind).items())
        if label not in without.of(kind)
    }


def _line(path: Path_, value: Any) -> str:
    written = "{}" if value == {} else _quoted(value) if isinstance(value, str) else str(value)
    return f"{'.'.join(_key(part) for part in path)} = {written}"


def _body(block: Block, wanted: dict[Path_, Any]) -> list[str]:
    """The wanted lines in their order; those that say the same already stay as they are."""
    old = {path: line for line in block.body if not _is_loose(line) for path in _line_paths(line)}
    comments = dict(_comments_above(block))
    body: list[str] = []
    for path, value in wanted.items():
        body += comments.pop(path, [])
        line = old.get(path)
        if line is None:
            body.append(_line(path, value))
        elif list(_paths(tomllib.loads(line))) == [(path, value)]:
            body.append(line)
        else:
            body.append(_line(path, value) + comment_of(line))
    # What was said about numbers that are gone is kept as well.
    return [*(line for lines in comments.values() for line in lines), *body]


def _comments_above(block: Block) -> Iterator[tuple[Path_, list[str]]]:
    """The comments inside the block, by the key that follows them."""
    waiting: list[str] = []
    for line in block.body:
        if line.lstrip().startswith("#"):
            waiting.append(line)
        elif waiting and line.strip():
            yield _line_paths(line)[0], waiting
            waiting = []


def comment_of(line: str) -> str:
    """The comment at the end of a line, with the space before it."""
    for place, character in enumerate(line):
        if character == "#" and _is_toml(line[:place]):
            return line[len(line[:place].rstrip()) :]
    return ""


def _line_paths(line: str) -> list[Path_]:
    return [path for path, _value in _paths(tomllib.loads(line))]


def _paths(data: dict[str, Any], above: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """The ends of nested tables; an empty table is an end."""
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield from _paths(value, (*above, key))
        else:
            yield (*above, key), value


def _is_toml(line: str) -> bool:
    try:
        tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return False
    return True
