"""How many of the site's cached reads need no builder, as `refresh_cache --status` tells it."""

from __future__ import annotations

import json
import time

from fleet.up.running import RunningFleet
from fleet.up.servers import ManageProcess

PERIOD_S = 10  # The processes of the site publish their counts no more often.


class CachedReads:
    """Asks beside the page, which does not wait: Django takes a second to start.

    memcached's own counts say less: the refresher, too, looks for slots that nobody has filled.
    """

    def __init__(self, fleet: RunningFleet) -> None:
        self.hit_ratio: float | None = None  # of the last one to two hours
        self._fleet = fleet
        self._asked_at = float("-inf")
        self._command = ManageProcess(
            fleet.new_folder("status"),
            fleet.release,
            fleet.environment,
            *("refresh_cache", "--status", "--json"),
        )

    def look(self) -> None:
        """Takes the answer, when there is one, and asks again when it is time."""
        if self._command.is_running or time.monotonic() - self._asked_at < PERIOD_S:
            return
        if self._asked_at > 0:
            self.hit_ratio = hit_ratio(self._command.log())
        self._asked_at = time.monotonic()
        self._fleet.launch(self._command)


def hit_ratio(status: str) -> float | None:
    """Of all entries together. None without reads, and without a status: the database is away."""
    try:
        entries = json.loads(status)["entries"].values()
    except (ValueError, KeyError):
        return None
    read = [entry for entry in entries if entry["reads"]]
    hits = sum(entry["reads"] * entry["hit_ratio"] for entry in read)
    return hits / sum(entry["reads"] for entry in read) if read else None
