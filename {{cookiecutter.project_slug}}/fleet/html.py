"""What a visitor finds in the pages of the sample site: links, forms, scores. By its looks alone,
without the site's code: so the same works against any address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise

CSRF_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
OPTION = re.compile(r'<option value="([^"]+)">([^<]+)</option>')
# What a match shows while it is live: on the scoreboard, and on its own page.
LIVE_MATCH = re.compile(
    r'data-match="(?P<match>\d+)".{1,2500}?data-score>(?P<home>\d+)–(?P<away>\d+)<'
    r'.{1,1500}?class="clock">(?P<minute>\d+)′',
    re.DOTALL,
)
NEXT_MATCH = re.compile(r'data-match="\d+"')
CAPTAIN = re.compile(r'name="captain" value="(\d+)" checked')

# A legal line-up: who starts, and who sits on the bench, by the words of the list of players.
STARTERS = {"Goalkeeper": 1, "Defender": 4, "Midfielder": 4, "Forward": 2}
BENCH = {"Goalkeeper": 1, "Defender": 1, "Midfielder": 1, "Forward": 1}


@dataclass(frozen=True)
class Score:
    """How far a live match is, as a page shows it."""

    match: int
    minute: int
    goals: int  # of both sides


def links(html: str, pattern: str) -> list[str]:
    """The addresses that look like this (a regular expression), each once, in their order."""
    return list(dict.fromkeys(re.findall(rf'(?:href|hx-get)="({pattern})"', html)))


def csrf_token(html: str) -> str:
    """Raises LookupError when there is no form."""
    found = CSRF_TOKEN.search(html)
    if found is None:
        raise LookupError("The page has no form.")
    return found[1]


def live_scores(html: str) -> Iterator[Score]:
    """Of each live match of a page."""
    for part in _parts(html):
        if found := LIVE_MATCH.match(part):
            goals = int(found["home"]) + int(found["away"])
            yield Score(int(found["match"]), int(found["minute"]), goals)


def shown_captain(html: str) -> int | None:
    """The captain's place in the line-up editor; None before a line-up was saved."""
    found = CAPTAIN.search(html)
    return int(found[1]) if found else None


def players_by_position(html: str) -> dict[str, list[str]]:
    """The names that the line-up editor offers."""
    found = defaultdict(list)
    for label, position in OPTION.findall(html):
        found[unescape(position)].append(unescape(label))
    return dict(found)


def lineup(players: Mapping[str, Sequence[str]], turn: int) -> dict[str, str]:
    """The fields of a legal line-up; with each turn some of the players are others."""
    starters: list[str] = []
    bench: list[str] = []
    for position, number in STARTERS.items():
        names = players[position]
        first = turn % (len(names) - number - BENCH[position] + 1)
        starters += names[first : first + number]
        bench += names[first + number : first + number + BENCH[position]]
    fields = {f"place_{place}": name for place, name in enumerate([*starters, *bench], 1)}
    return fields | {"captain": str(1 + turn % len(starters))}


def _parts(html: str) -> Iterator[str]:
    """The page from each match on up to the next."""
    starts = [found.start() for found in NEXT_MATCH.finditer(html)]
    for start, end in pairwise([*starts, len(html)]):
        yield html[start:end]
