"""What a response shows, as a tree, and how many more rows one tree has than another.

Not a count of tags or bytes: a pager's link or one row with many cells is not "more rows".
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

# Elements that have no end, and those whose end may be left out: what ends them.
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
ENDED_BY = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "p": {"p"},
    "option": {"option"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "thead", "tbody"},
}


@dataclass(eq=False)
class Part:
    """An element of a page, a value of a document, a line of text. `kind` tells it from others with
    the same name: the class of an element."""

    name: str
    kind: str = ""
    parts: list[Part] = field(default_factory=list)


def shown_in(content_type: str, content: bytes) -> Part:
    """The tree of a response. Of neither HTML nor JSON, its lines."""
    text = content.decode(errors="replace")
    if "html" in content_type or "xml" in content_type:
        page = _Page()
        page.feed(text)
        page.close()
        return page.root
    if "json" in content_type:
        try:
            return _of_json("", json.loads(text))
        except ValueError:
            pass  # JSON lines, or none at all
    return Part("", parts=[Part("line") for line in text.splitlines() if line.strip()])


def more_rows(small: Part, large: Part) -> int:
    """How many parts of one name stand in the larger tree beside others where the smaller one has
    none. What is inside of them does not count again: a row with four cells is one."""
    return max(_surplus(small, large).values(), default=0)


def _surplus(small: Part, large: Part) -> Counter[str]:
    rows: Counter[str] = Counter()
    old, new = _by_name(small.parts), _by_name(large.parts)
    for name, parts in new.items():
        rows[name] += max(0, len(parts) - len(old.get(name, ())))
        for one, other in _pairs(old.get(name, ()), parts):
            rows.update(_surplus(one, other))
    return rows


def _pairs(small: Sequence[Part], large: Sequence[Part]) -> list[tuple[Part, Part]]:
    """Those of one kind belong together, in their order; then what is left over."""
    pairs, unpaired = [], list(large)
    waiting = []
    for part in small:
        other = next((one for one in unpaired if one.kind == part.kind), None)
        if other is None:
            waiting.append(part)
        else:
            unpaired.remove(other)
            pairs.append((part, other))
    return [*pairs, *zip(waiting, unpaired, strict=False)]


def _by_name(parts: Sequence[Part]) -> dict[str, list[Part]]:
    named: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        named[part.name].append(part)
    return named


def _of_json(name: str, value: Any) -> Part:
    if isinstance(value, dict):
        return Part(name, parts=[_of_json(key, inner) for key, inner in value.items()])
    if isinstance(value, list):
        return Part(name, parts=[_of_json("item", inner) for inner in value])
    return Part(name)


class _Page(HTMLParser):
    """Without navigation: a pager has more links on a larger world, and no more rows."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Part("")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open[-1].name in ENDED_BY.get(tag, ()):
            self._open.pop()
        given = dict(attrs)
        part = Part(tag, given.get("class") or "")
        relations = (given.get("rel") or "").split()
        if tag != "nav" and not {"next", "prev"} & set(relations):
            self._open[-1].parts.append(part)
        if tag not in VOID:
            self._open.append(part)  # What is left out is left out with all that is in it.

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID and self._open[-1].name == tag:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].name == tag:
                del self._open[place:]
                return
