"""The processor time of the parts of a fleet: here of processes that do a known amount of work."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from fleet.capacity import meter
from fleet.capacity.meter import Meter

WORKS_MS = 3  # less than a step of the times in /proc
WORK = f"""
import sys, time
for line in sys.stdin:
    ends = time.process_time() + {WORKS_MS / 1000}
    while time.process_time() < ends:
        pass
    print(flush=True)
"""


@contextmanager
def worker():
    """A server that works for WORKS_MS whenever it is told to."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=10)


def work(process) -> None:
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()


def test_work_shorter_than_a_step_of_proc_is_seen(monkeypatch):
    monkeypatch.setattr(meter, "IDLE_S", 0.01)
    with worker() as web, worker() as refresher:
        work(web), work(refresher)  # both have started
        this_process = SimpleNamespace(pid=os.getsid(0))
        fleet = SimpleNamespace(
            nodes=[web],
            haproxy=this_process,
            memcacheds=[],
            mariadb=this_process,
            refreshers=[refresher],
        )
        read = Meter(fleet)
        before = read.read()
        work(web)
        used = read.used(before)
    assert 1000 * used["web"] == pytest.approx(WORKS_MS, abs=2)
    assert 1000 * used["refresher"] < 2
    assert used["memcached"] == 0
