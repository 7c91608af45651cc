"""The pools of this process in /healthz."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kickoff.dbpool.registry import pool_statuses
from kickoff.dbpool.status import PoolStatus
from kickoff.health.registry import Facts, Finding, Level, Probe, registry


def pools() -> Iterator[Probe]:
    for status in pool_statuses():
        name = f"pool {status.alias}"
        yield Probe((name,), partial(lambda name, status: {name: judge(status)}, name, status))


def judge(status: PoolStatus) -> Finding:
    """A warning: while threads wait, the pool is too small or the database too slow."""
    facts: Facts = {
        "size": status.size,
        "checked_out": status.checked_out,
        "waiting": status.waiting,
        "waits": status.waits,
        "exhausted": status.exhausted,
    }
    if status.waiting:
        return Finding(Level.WARN, "threads wait for a connection", facts)
    return Finding(Level.PASS, "", facts)


registry.add(pools)
