"""What the database tells: that it answers, who refreshes, what waits, what is not migrated."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone

from kickoff.caching.entries import registry as entries
from kickoff.caching.leadership import LEASE_S
from kickoff.caching.models import Leader, Mark
from kickoff.health.conf import number
from kickoff.health.registry import Finding, failed, passed, warned

logger = logging.getLogger(__name__)


def look_at_database() -> dict[str, Finding]:
    """All on one connection. When the database itself does not answer, the rest is not tried."""
    findings: dict[str, Finding] = {}
    for name, check in CHECKS.items():
        try:
            findings[name] = check()
        except Error as error:
            logger.warning("The probe %s failed: %s", name, error)
            findings[name] = failed(type(error).__name__)
            if name == "database":
                return dict.fromkeys(CHECKS, failed("the database does not answer")) | findings
    return findings


def answers(alias: str = "default") -> Finding:
    started = time.perf_counter()
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    duration_ms = (time.perf_counter() - started) * 1000
    return passed(vendor=connections[alias].vendor, connect_ms=round(duration_ms, 1))


def refresher() -> Finding:
    """Is every shard led? Without a refresher pages are served as they are, up to a day."""
    if not list(entries):
        return passed("nothing is cached")
    leaders = list(Leader.objects.annotate(now=Now()))
    alive = {leader.shard: leader for leader in leaders if leader.expires_at > leader.now}
    last_signs = [leader.expires_at - timedelta(seconds=LEASE_S) for leader in leaders]
    age_s = (leaders[0].now - max(last_signs)).total_seconds() if leaders else None
    if not alive:
        return failed("no refresher runs", age_s=age_s, leading=0)
    if missing := missing_shards(set(alive)):
        return failed(f"nobody leads {', '.join(missing)}", age_s=age_s, leading=len(alive))
    leads_for_s = min((leader.now - leader.since).total_seconds() for leader in alive.values())
    return passed(age_s=age_s, leading=len(alive), leads_for_s=leads_for_s)


def missing_shards(alive: set[str]) -> list[str]:
    """Of the division into shards that lacks the fewest: an older one leaves its rows behind."""
    counts = {int(shard.partition("/")[2]) for shard in alive}
    lacks = [[f"{n}/{count}" for n in range(1, count + 1)] for count in sorted(counts)]
    return min(([shard for shard in all_ if shard not in alive] for all_ in lacks), key=len)


def marks() -> Finding:
    found = Mark.objects.aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    waiting, oldest = found["waiting"], found["oldest"]
    if oldest is None:
        return passed(waiting=0, oldest_age_s=0.0)
    age_s = (timezone.now() - oldest).total_seconds()
    if age_s > number("HEALTH_MARKS_FAIL_S"):
        return failed("changes are not shown", waiting=waiting, oldest_age_s=age_s)
    if age_s > number("HEALTH_MARKS_WARN_S"):
        return warned("changes are shown late", waiting=waiting, oldest_age_s=age_s)
    return passed(waiting=waiting, oldest_age_s=age_s)


def migrations() -> Finding:
    """Those that this code has and the database has not. A warning: roll-outs pass through it."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return passed(pending=0)
    first = plan[0][0]
    return warned(f"{first.app_label}.{first.name} waits", pending=len(plan))


CHECKS: dict[str, Callable[[], Finding]] = {
    "database": answers,
    "migrations": migrations,
    "refresher": refresher,
    "marks": marks,
}
