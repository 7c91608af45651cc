"""The processor time of processes, as the kernel counts it: in steps of 10 ms."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class CpuTime(NamedTuple):
    """In the programs themselves, and in the kernel for them; in seconds."""

    user_s: float
    system_s: float

    def since(self, before: CpuTime) -> CpuTime:
        return CpuTime(self.user_s - before.user_s, self.system_s - before.system_s)


def cpu_time(pids: Iterable[int]) -> CpuTime:
    """What they have used until now, added up."""
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    times = [_ticks(pid) for pid in pids]
    user, system = (sum(kind) for kind in zip(*times, strict=True)) if times else (0, 0)
    return CpuTime(user / ticks_per_s, system / ticks_per_s)


def _ticks(pid: int) -> tuple[int, int]:
    stat = Path(f"/proc/{pid}/stat").read_text()
    # The name in brackets may hold blanks; user and system time are fields 14 and 15.
    fields = stat.rpartition(")")[2].split()
    return int(fields[11]), int(fields[12])
