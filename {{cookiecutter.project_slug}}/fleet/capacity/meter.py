"""The processor time of each part of the fleet: what the kernel has counted for its processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from fleet.up.running import RunningFleet

CORES = os.cpu_count() or 1
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024**2
IDLE_S = 3.0
SCHEDULED = 2  # CPUCLOCK_SCHED of the kernel: see clock_getcpuclockid(3)


class Meter:
    """Reads /proc. A part's processes are those of the sessions that its servers have begun."""

    def __init__(self, fleet: RunningFleet) -> None:
        self._sessions = {
            "web": [node.pid for node in fleet.nodes],
            "balancer": [fleet.haproxy.pid],
            "memcached": [server.pid for server in fleet.memcacheds],
            "database": [fleet.mariadb.pid],
            "refresher": [refresher.pid for refresher in fleet.refreshers],
        }
        before = self.read()
        time.sleep(IDLE_S)
        # When nobody asks: checks of HAProxy, the refresher's look for marks.
        self._idle = {part: used / IDLE_S for part, used in self.used(before).items()}

    def read(self) -> Mapping[str, float]:
        """Seconds of each part until now."""
        used = _by_session()
        return {
            part: sum(used.get(session, 0.0) for session in sessions)
            for part, sessions in self._sessions.items()
        }

    def used(self, before: Mapping[str, float]) -> dict[str, float]:
        """Since then."""
        return {part: now - before[part] for part, now in self.read().items()}

    def cpu_s(self, before: Mapping[str, float], seconds: float) -> dict[str, float]:
        """For requests: what was used since then, less what is used without any."""
        return {
            part: max(0.0, used - self._idle[part] * seconds)
            for part, used in self.used(before).items()
        }


def resident_mb(pids: Iterable[int]) -> float:
    """The largest resident memory of these processes."""
    return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB for pid in pids)


def machine_cpu_s() -> float:
    """What all processes of this machine have used since it started."""
    first = Path("/proc/stat").read_text().split("\n", 1)[0]
    user, nice, system, _, _, irq, softirq, *_ = map(int, first.split()[1:])
    return (user + nice + system + irq + softirq) * TICK_S


def _by_session() -> dict[int, float]:
    """The processor time of each session of this machine."""
    totals: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            session, used_s = os.getsid(int(entry.name)), _used_s(int(entry.name))
        except OSError:
            continue  # It has just ended.
        totals[session] = totals.get(session, 0.0) + used_s
    return totals


def _used_s(pid: int) -> float:
    """Of its own clock, in nanoseconds: /proc counts in steps of 10 ms, and a short load of pages
    that wait is a few of those for each process."""
    return time.clock_gettime(~pid << 3 | SCHEDULED)
