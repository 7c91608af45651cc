"""What the database is asked, by its own books: a counter, and the log of all statements."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kickoff.testing.mariadb import TunedMariaDBProcess

# The one query of the builder of a league's roster: how often it was asked for which league.
ROSTER_OF_LEAGUE = re.compile(r"SELECT .*FROM `fantasy_lineupplace` .*`league_id` = (\d+)")


class QueryLog:
    """Every statement from the beginning of the block on."""

    def __init__(self, mariadb: TunedMariaDBProcess, path: Path) -> None:
        self._mariadb, self._path = mariadb, path
        self._before, self._at = self._asked(), time.monotonic()

    def per_s(self) -> float:
        """Since the last call, or the beginning."""
        before, at = self._before, self._at
        self._before, self._at = self._asked(), time.monotonic()
        return (self._before - before) / (self._at - at)

    def builds(self, leagues: Iterable[int]) -> dict[int, int]:
        """How often the roster of each of these leagues was read from the database."""
        text = self._path.read_text(errors="replace") if self._path.exists() else ""
        counted = Counter(int(league) for league in ROSTER_OF_LEAGUE.findall(text))
        return {league: counted[league] for league in leagues}

    def _asked(self) -> int:
        row = self._mariadb.run("SHOW GLOBAL STATUS LIKE 'Questions'").stdout
        return int(row.split()[1])


@contextmanager
def query_log(mariadb: TunedMariaDBProcess) -> Iterator[QueryLog]:
    path = mariadb.folder / f"queries-{time.monotonic_ns()}.log"
    mariadb.run(f"SET GLOBAL general_log_file = '{path}'; SET GLOBAL general_log = ON")
    try:
        yield QueryLog(mariadb, path)
    finally:
        mariadb.run("SET GLOBAL general_log = OFF")
        path.unlink(missing_ok=True)
