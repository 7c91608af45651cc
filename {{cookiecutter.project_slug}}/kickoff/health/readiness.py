"""Whether this node should get visitors: its own state only, nothing that nodes share.

A database or a memcached that is away makes every node worse at once. Were they not ready then, the
load balancer would have nowhere left to send anybody, or would send everybody to the last one.
"""

from __future__ import annotations

from dataclasses import dataclass

from kickoff.health.disks import is_any_full
from kickoff.health.drain import is_draining
from kickoff.health.warmup import is_warm


@dataclass(frozen=True)
class Readiness:
    status: int
    word: str


READY = Readiness(200, "ready")
# 404 and not 503: HAProxy's disable-on-404 then lets those finish who are there.
DRAINING = Readiness(404, "draining")
WARMING_UP = Readiness(503, "warming up")
DISK_FULL = Readiness(503, "disk full")


def readiness() -> Readiness:
    if is_draining():
        return DRAINING
    if not is_warm():
        return WARMING_UP
    # A watched folder that is not there is a mistake of all nodes: it takes none of them away.
    return DISK_FULL if is_any_full() else READY
