"""What /healthz looks at by itself: databases, the store of the slots, this node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.db import connections

from kickoff.caching.runtime import current_store
from kickoff.health.conf import folders, node_name, number
from kickoff.health.database import CHECKS, answers, look_at_database
from kickoff.health.disks import disk_of
from kickoff.health.drain import current_drain
from kickoff.health.memcached import look_at_memcached, memcached_names
from kickoff.health.registry import Facts, Finding, Level, Probe, failed, passed, registry, warned


def databases() -> Iterator[Probe]:
    yield Probe(tuple(CHECKS), look_at_database)
    for alias in connections:
        if alias != "default":
            yield _single(f"database {alias}", partial(answers, alias))


def slots() -> Iterator[Probe]:
    servers = memcached_names()
    for server in servers:
        yield _single(f"memcached {server}", partial(look_at_memcached, server))
    if not servers:
        yield _single("slots", look_at_slots)


def this_node() -> Iterator[Probe]:
    yield _single("drain", look_at_drain)
    for folder in folders():
        yield _single(f"disk {folder}", partial(look_at_disk, folder))


def look_at_slots() -> Finding:
    """The file in which they lie can be read. Raises StoreUnavailableError when it cannot."""
    current_store().get(f"health:{node_name()}")
    return passed()


def look_at_drain() -> Finding:
    """A drain that was forgotten is a node too few."""
    try:
        drain = current_drain()
    except OSError:
        return warned("DRAIN_FILE cannot be read: this node does not drain when it is told to")
    if drain is None:
        return passed("not draining")
    return warned("draining", since=drain.since, reason=drain.reason)


def look_at_disk(folder: Path) -> Finding:
    try:
        disk = disk_of(folder)
    except OSError:
        return failed("there is no such folder")
    facts: Facts = {
        "free_mb": disk.free_mb,
        "free_percent": disk.free_percent,
        "free_inodes": disk.free_inodes,
        "free_inodes_percent": disk.free_inodes_percent,
    }
    if disk.is_full or disk.lowest_percent < number("HEALTH_DISK_FAIL_PERCENT"):
        return Finding(Level.FAIL, "almost full", facts)
    if disk.lowest_percent < number("HEALTH_DISK_WARN_PERCENT"):
        return Finding(Level.WARN, "fills up", facts)
    return Finding(Level.PASS, "", facts)


def _single(name: str, look: Callable[[], Finding]) -> Probe:
    return Probe((name,), lambda: {name: look()})


for source in (databases, slots, this_node):
    registry.add(source)
