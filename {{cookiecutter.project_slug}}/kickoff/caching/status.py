"""How the refresher fares: for people and for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone

from kickoff.caching.entries import registry
from kickoff.caching.models import Leader, Mark


def status() -> dict[str, Any]:
    """Who leads since when, the marks that wait, and the last error. Ages in seconds."""
    marks = Mark.objects.aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    waiting = dict(Mark.objects.order_by().values_list("entry").annotate(Count("pk")))
    return {
        "leaders": [_leader(leader) for leader in Leader.objects.annotate(now=Now())],
        "marks_waiting": marks["waiting"],
        "oldest_mark_age_s": _age_s(marks["oldest"]),
        "entries": {
            entry.name: {"marks_waiting": waiting.get(entry.name, 0)} for entry in registry
        },
    }


def describe(found: dict[str, Any]) -> str:
    """The status in lines."""
    lines = [_describe_leader(leader) for leader in found["leaders"]]
    if not any(leader["is_alive"] for leader in found["leaders"]):
        lines.append("No refresher is running: `manage.py refresh_cache` starts one.")
    oldest = found["oldest_mark_age_s"]
    age = "" if oldest is None else f", the oldest {oldest:.1f} s old"
    lines.append(f"Marks waiting: {found['marks_waiting']}{age}")
    lines += [
        f"  {name}: {entry['marks_waiting']} marks waiting"
        for name, entry in found["entries"].items()
        if entry["marks_waiting"]
    ]
    return "\n".join(lines)


def _leader(leader: Any) -> dict[str, Any]:
    return {
        "shard": leader.shard,
        "holder": leader.holder,
        "is_alive": leader.expires_at > leader.now,
        "leads_for_s": (leader.now - leader.since).total_seconds(),
        "rebuilds": leader.rebuilds,
        "rebuilds_per_second": leader.rebuilds_per_second,
        "last_error": leader.last_error,
        "last_error_at": leader.last_error_at.isoformat() if leader.last_error_at else None,
    }


def _describe_leader(leader: dict[str, Any]) -> str:
    state = f"for {leader['leads_for_s']:.0f} s" if leader["is_alive"] else "has gone"
    text = (
        f"Shard {leader['shard']}: {leader['holder']} {state}, {leader['rebuilds']} rebuilds, "
        f"{leader['rebuilds_per_second']:.1f} per second"
    )
    error = leader["last_error"]
    return f"{text}\n  last error: {error} ({leader['last_error_at']})" if error else text


def _age_s(moment: datetime | None) -> float | None:
    return None if moment is None else (timezone.now() - moment).total_seconds()
