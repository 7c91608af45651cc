"""A refresher that works although another one leads."""

from __future__ import annotations

import time

from kickoff.caching.leadership import Leadership
from kickoff.caching.refresher import TICK_S, Refresher, Shard


class Role:
    def work(self, seconds: float) -> int:
        """How many rounds it has made in that time."""
        refresher = Refresher(Shard(), Leadership("1/1"))
        until, rounds = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            refresher.once()
            rounds += 1
            time.sleep(TICK_S)
        return rounds
