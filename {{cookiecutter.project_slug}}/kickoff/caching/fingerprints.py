"""Which types of values lie in slots: during a deploy the old and the new one of an entry do.

A change marks an entry and its arguments, not a slot: the old code writes marks for the slots of
the new code too, and the other way round. A refresher can only build values of its own code. Slots
of other fingerprints it empties: that is always safe, and their next reader builds them anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError
from django.db.models.functions import Now

from kickoff.caching import conf
from kickoff.caching.models import Fingerprint
from kickoff.caching.stores.locks import ForkSafeLock

if TYPE_CHECKING:
    from kickoff.caching.entries import Entry

DEADLOCKS = 3  # one after the other, of which we are the victim
RECORD_S = 3_600.0  # between two records of a process that goes on filling slots


class Recorder:
    """Records the fingerprint of an entry before this process fills slots with it."""

    def __init__(self) -> None:
        self._recorded_at: dict[tuple[str, str], float] = {}
        self._lock = ForkSafeLock()

    def record(self, entry: Entry[Any]) -> None:
        """Must be called before the database is read for the value, outside of a transaction."""
        if not entry.stale_when or self._is_recorded(entry):
            return
        with self._lock:
            if not self._is_recorded(entry):
                _record(entry.name, entry.fingerprint)
                self._recorded_at[entry.name, entry.fingerprint] = time.monotonic()

    def _is_recorded(self, entry: Entry[Any]) -> bool:
        at = self._recorded_at.get((entry.name, entry.fingerprint))
        return at is not None and time.monotonic() - at < RECORD_S

    def assume_recorded(self, entries: Iterable[Entry[Any]]) -> None:
        """For tests: none of them pays for being the first of its process."""
        now = time.monotonic()
        self._recorded_at = {(entry.name, entry.fingerprint): now for entry in entries}

    def forget(self) -> None:
        self._recorded_at.clear()


def _record(entry: str, fingerprint: str) -> None:
    """Many processes may do this at the same moment, after a deploy: one statement at a time, and
    none that reads what it then wants to write, which is how MySQL gets into deadlocks. Where rows
    are deleted meanwhile it still does, rarely: it says itself that one should try again."""
    for _ in range(DEADLOCKS):
        with suppress(OperationalError):
            _write(entry, fingerprint)
            return
    _write(entry, fingerprint)


def _write(entry: str, fingerprint: str) -> None:
    same = Fingerprint.objects.filter(entry=entry, fingerprint=fingerprint)
    if not same.update(seen_at=Now()):
        row = Fingerprint(entry=entry, fingerprint=fingerprint, seen_at=Now())
        Fingerprint.objects.bulk_create([row], ignore_conflicts=True)


recorder = Recorder()


def recorded(entry: str) -> list[str]:
    """The fingerprints of an entry that any process has recorded.

    Must be asked after the marks were read: whoever fills a slot from a view of the database that
    lacks a marked change has recorded its fingerprint before that change was committed.
    """
    return list(Fingerprint.objects.filter(entry=entry).values_list("fingerprint", flat=True))


def drop_old() -> None:
    """Forgets fingerprints of which no slot can be left."""
    oldest_s = conf.number("CACHING_HARD_LIMIT_S") + 2 * RECORD_S
    Fingerprint.objects.filter(seen_at__lt=Now() - timedelta(seconds=oldest_s)).delete()
