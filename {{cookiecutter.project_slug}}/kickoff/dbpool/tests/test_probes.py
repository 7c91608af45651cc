"""What /healthz tells of the pools."""

from __future__ import annotations

from dataclasses import replace

from kickoff.dbpool import probes
from kickoff.dbpool.status import PoolStatus
from kickoff.health.registry import Level

STATUS = PoolStatus(
    alias="default",
    database="site",
    size=5,
    max_overflow=0,
    idle=3,
    checked_out=2,
    overflow=0,
    waiting=0,
    waits=7,
    exhausted=0,
    connects=5,
    losses=0,
    is_away=False,
)


def test_each_pool_has_a_probe_of_its_own(monkeypatch):
    other = replace(STATUS, alias="other", waiting=1)
    monkeypatch.setattr(probes, "pool_statuses", lambda: [STATUS, other])
    found = {}
    for probe in probes.pools():
        found |= probe.check()
    assert {name: finding.level for name, finding in found.items()} == {
        "pool default": Level.PASS,
        "pool other": Level.WARN,
    }


def test_a_pool_without_waiting_threads_passes_with_its_numbers():
    finding = probes.judge(STATUS)
    assert finding.level is Level.PASS
    assert finding.facts["size"] == 5
    assert finding.facts["waits"] == 7


def test_waiting_threads_are_a_warning():
    finding = probes.judge(replace(STATUS, waiting=2))
    assert (finding.level, finding.text) == (Level.WARN, "threads wait for a connection")
