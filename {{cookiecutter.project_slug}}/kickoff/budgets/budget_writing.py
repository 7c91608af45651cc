"""Writing the contract: what does not change stays as it was, comments survive.

Visitors of a route who have the same budget share one header, and part when theirs differ.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kickoff.budgets.budget_blocks import Block, blocks_of, header, plain_lines, verify_layout
from kickoff.budgets.budget_file import FILE_NAME, VERSION, Case, Entry, read_budgets

NEW_FILE = f"""\
# How many queries and cache calls each page may make: checked by `pytest {FILE_NAME}`.
# `pytest --budgets=update` writes the numbers, people write the reasons.
version = {VERSION}

[skip]
# "admin:*" = "Why these routes are never visited."
"""


@dataclass
class Home:
    """A block with what it will say, and the cases that it will be for."""

    block: Block
    entry: Entry
    cases: list[Case] = field(default_factory=list)

    def suits(self, case: Case, entry: Entry) -> bool:
        mine = self.block.cases[0]
        return (mine.route, mine.method) == (case.route, case.method) and self.entry == entry


def rewritten(text: str, entries: Mapping[Case, Entry], remove: Iterable[Case] = ()) -> str:
    """The text with these entries in the place of what it said about their cases.

    Raises BudgetFileError when the layout is not the one that can be rewritten.
    """
    text = text or NEW_FILE
    blocks, rest = blocks_of(text)
    for block in blocks[1:]:
        verify_layout(block)
    known = read_budgets(text).entries
    moving = {case: entry for case, entry in entries.items() if known.get(case) != entry}
    leaving = {*moving, *remove}
    homes = _homes([block for block in blocks if block.cases], known, moving, leaving)
    for case, entry in sorted(moving.items(), key=lambda item: item[0]):
        home = next((home for home in homes if home.suits(case, entry)), None)
        if home is None:
            home = Home(Block([""], header([case]), plain_lines(entry)), entry)
            if not _insert(blocks, case, home.block):
                home.block.above, rest = [*rest, ""], []
                blocks.append(home.block)
            homes.append(home)
        home.cases.append(case)
    for home in homes:
        if not home.cases:
            rest = _take_out(blocks, home.block, rest)
            continue
        home.block.hold(home.cases)
        if any(case in moving for case in home.cases):
            home.block.say(home.entry)
    lines = [line for block in blocks for line in block.lines()]
    return "\n".join([*lines, *rest]) + "\n"


def write(path: Path, text: str) -> None:
    """All or nothing: a reader never finds half a file."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)


def stanza(case: Case, entry: Entry) -> str:
    """The entry as it stands in the file."""
    return "\n".join([header([case]), *plain_lines(entry)])


def line_of(case: Case, text: str) -> int:
    """Where the entry of a case stands in the text; 1 when it has none."""
    line = 1
    for block in blocks_of(text)[0]:
        if case in block.cases:
            return line + len(block.above)
        line += len(block.lines())
    return 1


def _homes(
    blocks: Sequence[Block],
    known: Mapping[Case, Entry],
    moving: Mapping[Case, Entry],
    leaving: set[Case],
) -> list[Home]:
    """The blocks, those first that keep what they say. One that all its cases leave takes up what
    the first of them has now."""
    keeping, changing = [], []
    for block in blocks:
        staying = [case for case in block.cases if case not in leaving]
        if staying:
            keeping.append(Home(block, known[staying[0]], staying))
        else:
            first = next((case for case in block.cases if case in moving), block.cases[0])
            changing.append(Home(block, moving.get(first, known[first])))
    return [*keeping, *changing]


def _take_out(blocks: list[Block], block: Block, rest: list[str]) -> list[str]:
    """Its comments stay, above what follows."""
    kept = [line for line in [*block.above, *block.body] if line.lstrip().startswith("#")]
    place = blocks.index(block)
    del blocks[place]
    if not kept:
        return rest
    if place == len(blocks):
        return ["", *kept, *rest]
    blocks[place].above = ["", *kept, *blocks[place].above]
    return rest


def _insert(blocks: list[Block], case: Case, new: Block) -> bool:
    """Behind the block that it parts from, or else before the first that comes after it in order,
    if there is one."""
    for place, block in enumerate(blocks):
        if case in block.cases:
            blocks.insert(place + 1, new)
            return True
    for place, block in enumerate(blocks):
        if block.cases and block.cases[0] > case:
            blocks.insert(place, new)
            return True
    return False
