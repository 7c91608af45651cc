"""Saving line-ups, each commit on the disk, and whether all of them are there after a crash."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.bench.processes import BenchError
from fleet.bench.requirements import AtLeast, Exactly
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World
from kickoff.testing.waiting import wait_until

OURS, NAIVE = "ours", "naive"
THREADS = 5  # as many as a daemon process has, and connections in its pool
WARM_UP_S = 0.3
AWAKE_S = 30.0
SETTLE_LIMIT_S = 120.0


class Saves:
    name = "saves"
    rows = (
        Row(
            "saves_to_naive",
            "line-ups saved per second, with the marks for the cache, against the naive save: row "
            "by row, in one transaction, without marks",
            "×",
            AtLeast(1.5),
        ),
        Row(
            "saves_lost",
            "line-ups whose save was acknowledged, and that are not there after `kill -9` of "
            "MariaDB, which writes and syncs its log at each commit "
            "(`innodb_flush_log_at_trx_commit` = 1)",
            "",
            Exactly(0),
        ),
    )

    def __init__(self, world: World) -> None:
        self._seconds = world.plan.saving_s
        self._mariadb = world.node.mariadb
        self._node = world.node
        self._probe = world.beside_node.probe("saves")
        self._match_day = world.match_day
        self._rounds = 0

    def measure(self) -> Mapping[str, Measured]:
        self._check_that_it_syncs()
        if not self._rounds:  # Each team has a line-up from then on, and both ways replace it.
            self._probe.ask("carry_over")
        self._rounds += 1
        order = (NAIVE, OURS) if self._rounds % 2 else (OURS, NAIVE)
        for kind in order:  # The database has just been started, and nobody is connected.
            self._save(kind, WARM_UP_S)
        done = {kind: self._save(kind, self._seconds) for kind in order}
        acknowledged = self._probe.ask("acknowledged")
        self._mariadb.restart()  # with SIGKILL
        lost = self._probe.ask("lost")
        self._recover()
        per_s = {kind: found["per_s"] for kind, found in done.items()}
        parts = {f"{kind} saves/s": number for kind, number in per_s.items()}
        parts |= {f"{kind} deadlocks": found["deadlocks"] for kind, found in done.items()}
        return {
            "saves_to_naive": Measured(per_s[OURS] / per_s[NAIVE], parts),
            "saves_lost": Measured(lost, acknowledged),
        }

    def _save(self, kind: str, seconds: float) -> Mapping[str, float]:
        """What the refresher has left over from one way is no burden to the other."""
        self._match_day.ask("settle", limit_s=SETTLE_LIMIT_S)
        found: Mapping[str, float] = self._probe.ask("save", kind, seconds, THREADS)
        return found

    def _check_that_it_syncs(self) -> None:
        found = self._mariadb.variables()["innodb_flush_log_at_trx_commit"]
        if found != "1":
            raise BenchError(f"innodb_flush_log_at_trx_commit is {found}: nothing is durable.")

    def _recover(self) -> None:
        """The rest of the run finds the site as it was."""
        wait_until(self._node.web.answers, AWAKE_S)
        self._match_day.ask("settle", limit_s=SETTLE_LIMIT_S)
