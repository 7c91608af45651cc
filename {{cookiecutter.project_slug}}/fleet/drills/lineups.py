"""The line-ups that the savers send: each differs from those before and after it.

A team has the same fifteen players always, with one of two goalkeepers in goal and another of the
eleven as captain each time. So what was saved can be told from the captain.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")

STARTERS, BENCH = 11, 4


class Squad(msgspec.Struct, frozen=True):
    """Fifteen players by their places: a goalkeeper first, the other one as the first of the bench.
    `names` is what the editor takes, `players` are their keys."""

    names: tuple[str, ...]
    players: tuple[int, ...]


def captain_of(turn: int) -> int:
    """The place of the captain in that line-up, 1 to 11."""
    return 1 + turn % STARTERS


def fields(squad: Squad, turn: int) -> dict[str, str]:
    """As a form sends them."""
    typed = {f"place_{place}": name for place, name in enumerate(_ordered(squad.names, turn), 1)}
    return typed | {"captain": str(captain_of(turn))}


def rows(squad: Squad, turn: int) -> tuple[int, tuple[int, ...]]:
    """What the database has then: the captain, and the players by their places."""
    players = _ordered(squad.players, turn)
    return players[captain_of(turn) - 1], players


def _ordered(items: tuple[T, ...], turn: int) -> tuple[T, ...]:
    """With the goalkeepers changed for each other at every second turn."""
    if turn % 2 == 0:
        return items
    first, *others = items
    other = others.pop(STARTERS - 1)
    return (other, *others[: STARTERS - 1], first, *others[STARTERS - 1 :])
