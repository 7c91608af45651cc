"""Changes leagues at a steady rate: each change is another league, so that nothing coalesces."""

from __future__ import annotations

import time
from itertools import count, cycle

from fantasy.models import League
from kickoff.caching.models import Mark
from kickoff.testing.waiting import wait_until

PREFIX = "Bench "
SETTLE_LIMIT_S = 30.0


def name_of(number: int) -> str:
    return f"{PREFIX}{number}"


def number_in(name: str) -> int:
    """The number of the change that gave a league this name; -1 when none has."""
    return int(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else -1


class Role:
    def __init__(self) -> None:
        self._leagues = list(League.objects.order_by("pk"))
        self._turns = cycle(self._leagues)
        self._numbers = count(100)  # names have three letters at least

    def leagues(self) -> list[int]:
        return [league.pk for league in self._leagues]

    def change(self, per_s: float, seconds: float) -> list[tuple[int, int, float]]:
        """Renames a league with each tick; returns it, the number, and when it was committed."""
        done = []
        started = time.monotonic()
        for tick in range(int(per_s * seconds)):
            time.sleep(max(0.0, started + tick / per_s - time.monotonic()))
            league, number = next(self._turns), next(self._numbers)
            league.name = name_of(number)
            league.save(update_fields=["name"])
            done.append((league.pk, number, time.monotonic()))
        return done

    def settle(self) -> None:
        """Returns once the refresher has handled everything."""
        wait_until(lambda: not Mark.objects.exists(), SETTLE_LIMIT_S)
