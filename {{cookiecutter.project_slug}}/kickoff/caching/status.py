"""How the refresher and the entries fare: for people and for programs."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.db.models.functions import Now
from django.utils import timezone

from kickoff.caching.entries import Entry, registry
from kickoff.caching.models import Leader, Mark
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import Filled, look
from kickoff.caching.stores.base import Store, StoreUnavailableError
from kickoff.caching.tally import published

MOST_KEYS = 500  # of one entry that are looked at


def status() -> dict[str, Any]:
    """Who leads since when, the marks that wait, the last error, and each entry.

    Ages and durations in seconds. Reads and builds are those of the last one to two hours, of all
    processes, as each publishes them every ten seconds. What only the store knows is None while it
    does not answer; `store_error` says so.
    """
    marks = Mark.objects.aggregate(waiting=Count("pk"), oldest=Min("created_at"))
    waiting = dict(Mark.objects.order_by().values_list("entry").annotate(Count("pk")))
    found: dict[str, Any] = {
        "leaders": [_leader(leader) for leader in Leader.objects.annotate(now=Now())],
        "marks_waiting": marks["waiting"],
        "oldest_mark_age_s": _age_s(marks["oldest"]),
        "store_error": None,
        "entries": {},
    }
    for entry in registry:
        counts: dict[str, Any] = {}
        try:
            counts |= _counts(entry, current_store())
            counts |= _slots(entry, current_store())
        except StoreUnavailableError as error:
            found["store_error"] = str(error)
        except Exception as error:  # of `keys`: the status must come all the same
            counts["error"] = repr(error)
        found["entries"][entry.name] = {**UNKNOWN, **counts}
        found["entries"][entry.name]["marks_waiting"] = waiting.get(entry.name, 0)
    return found


UNKNOWN = dict.fromkeys(
    (
        "reads",
        "hit_ratio",
        "builds",
        "mean_build_s",
        "too_large",
        "last_built_s",
        "keys",
        "looked_at",
        "filled",
        "oldest_s",
        "error",
    )
)


def _counts(entry: Entry[Any], store: Store) -> dict[str, Any]:
    counts = published(entry.name, store)
    return {
        "reads": counts.reads,
        "hit_ratio": counts.hit_ratio,
        "builds": counts.builds,
        "mean_build_s": counts.mean_build_s,
        "too_large": counts.too_large,
        "last_built_s": time.time() - counts.built_at if counts.built_at else None,
    }


def _slots(entry: Entry[Any], store: Store) -> dict[str, Any]:
    """How many of the keys that the entry lists are filled, and the age of the oldest value."""
    if entry.keys is None:
        return {}
    all_keys = list(entry.keys())
    keys = all_keys[:MOST_KEYS]
    contents = [look(store, entry.key(arguments)) for arguments in keys]
    built_at = [found.envelope.built_at for found in contents if isinstance(found, Filled)]
    return {
        "keys": len(all_keys),
        "looked_at": len(keys),
        "filled": len(built_at),
        "oldest_s": time.time() - min(built_at) if built_at else None,
    }


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


def _age_s(moment: datetime | None) -> float | None:
    return None if moment is None else (timezone.now() - moment).total_seconds()
