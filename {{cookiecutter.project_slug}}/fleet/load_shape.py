"""The course of a match day: the rush before kickoff, then the watching."""

from __future__ import annotations

from typing import Any, ClassVar

from locust import LoadTestShape

from fleet.load_options import MINUTES, USERS
from fleet.load_visitors import Saver, SignedIn, Watcher

RUSH = 1 / 3  # of the time: line-ups are saved until the ball rolls


class MatchDay(LoadTestShape):
    """The rush, then the watching: as many visitors, who want something else."""

    use_common_options = True
    RUSHING: ClassVar = [Saver, Watcher]
    WATCHING: ClassVar = [SignedIn, Watcher]
    PER_S = 5  # who come each second: signing up is work for the site

    def tick(self) -> tuple[int, float, list[type[Any]] | None] | None:
        assert self.runner is not None
        options: Any = self.runner.environment.parsed_options
        minutes_s, elapsed_s = _seconds(options), self.get_run_time()  # type: ignore[no-untyped-call]
        if elapsed_s >= minutes_s:
            return None
        classes = self.RUSHING if elapsed_s < RUSH * minutes_s else self.WATCHING
        return options.num_users or USERS, self.PER_S, classes


def _seconds(options: Any) -> float:
    return float(options.run_time or 60 * MINUTES)
