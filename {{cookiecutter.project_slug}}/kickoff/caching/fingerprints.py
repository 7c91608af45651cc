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
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models.functions import Now

from kickoff.caching import conf
from kickoff.caching.models import Fingerprint

if TYPE_CHECKING:
    from kickoff.caching.entries import Entry

RECORD_S = 3_600.0  # between two records of a process that goes on filling slots


class Recorder:
    """Records the fingerprint of an entry before this process fills slots with it."""

    def __init__(self) -> None:
        self._recorded_at: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def record(self, entry: Entry[Any]) -> None:
        """Must be called before the database is read for the value, outside of a transaction."""
        key = (entry.name, entry.fingerprint)
        last = self._recorded_at.get(key)
        if not entry.stale_when or (last and time.monotonic() - last < RECORD_S):
            return
        with self._lock:
            ours = {"entry": entry.name, "fingerprint": entry.fingerprint}
            # Not update_or_create: it locks the gap in which others insert, and MariaDB gives up.
            if not Fingerprint.objects.filter(**ours).update(seen_at=Now()):
                with suppress(IntegrityError):  # another process was first
                    Fingerprint.objects.create(**ours, seen_at=Now())
            self._recorded_at[key] = time.monotonic()

    def assume_recorded(self, entries: Iterable[Entry[Any]]) -> None:
        """For tests: none of them pays for being the first of its process."""
        now = time.monotonic()
        self._recorded_at = {(entry.name, entry.fingerprint): now for entry in entries}

    def forget(self) -> None:
        self._recorded_at.clear()


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
