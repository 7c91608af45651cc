"""How far a system goes: the largest load for which everything is still enough."""

from __future__ import annotations

from collections.abc import Callable

LARGEST = 1e12  # nobody has so many visitors, or requests per second
PRECISION = 1e-6
MOST_MACHINES = 10_000  # of a kind, or CPUs: more than one load balancer could ever feed


class LimitError(ValueError):
    """No number of machines is enough; the message says of which."""


def largest(fits: Callable[[float], bool]) -> float:
    """The largest number that fits, when smaller ones fit, too; at most LARGEST, 0 if none does."""
    enough, too_much = 0.0, 1.0
    while fits(too_much):
        enough, too_much = too_much, 2 * too_much
        if too_much > LARGEST:
            return LARGEST
    while too_much - enough > PRECISION * too_much:
        middle = (enough + too_much) / 2
        if fits(middle):
            enough = middle
        else:
            too_much = middle
    return enough


def fewest(what: str, fits: Callable[[int], bool], start: int = 1) -> int:
    """The smallest whole number from `start` that fits, when larger ones fit, too.

    LimitError when MOST_MACHINES do not."""
    too_few, enough = start - 1, start
    while not fits(enough):
        if enough >= MOST_MACHINES:
            raise LimitError(
                f"{MOST_MACHINES:,} {what} would not be enough for this peak. It takes several "
                "fleets: docs/scaling.md."
            )
        too_few, enough = enough, min(2 * enough, MOST_MACHINES)
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if fits(middle):
            enough = middle
        else:
            too_few = middle
    return enough
