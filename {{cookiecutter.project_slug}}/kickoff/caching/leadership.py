"""Which refresher works: a lease in the database, by the database's clock.

The lease only saves work. Two refreshers at once build some values twice; compare-and-set keeps the
values right.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connections, router
from django.db.models import DateTimeField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.db.models.sql import UpdateQuery

from kickoff.caching.models import Leader

LEASE_S = 3.0  # a standby takes over after so long without a sign of life
RENEW_S = 1.0


class Leadership:
    """A refresher's claim to lead one shard."""

    def __init__(self, shard: str) -> None:
        self.shard = shard
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._renewed_at = float("-inf")  # monotonic
        self._renewals: dict[str, tuple[str, tuple[Any, ...]]] = {}  # by database

    def acquire(self) -> bool:
        """Takes or renews the lease; False when somebody else leads."""
        asked_at = time.monotonic()
        if self._renew() or self._take_over() or self._create():
            self._renewed_at = asked_at
            return True
        self._renewed_at = float("-inf")
        return False

    def renew_when_due(self) -> bool:
        """Renews once a second; False when the lease is lost."""
        if time.monotonic() - self._renewed_at < RENEW_S:
            return True
        return self.acquire()

    def resign(self) -> None:
        """Lets a standby take over at once."""
        Leader.objects.filter(shard=self.shard, holder=self.holder).update(expires_at=Now())
        self._renewed_at = float("-inf")

    def report(self, rebuilds: int, per_second: float) -> None:
        Leader.objects.filter(shard=self.shard, holder=self.holder).update(
            rebuilds=F("rebuilds") + rebuilds, rebuilds_per_second=per_second
        )

    def report_error(self, text: str) -> None:
        Leader.objects.filter(shard=self.shard, holder=self.holder).update(
            last_error=text, last_error_at=Now()
        )

    def _renew(self) -> bool:
        using = router.db_for_write(Leader)
        with connections[using].cursor() as cursor:
            cursor.execute(*self._renewal(using))
            return bool(cursor.rowcount)

    def _renewal(self, using: str) -> tuple[str, tuple[Any, ...]]:
        """The statement, compiled once: to do so each second took a quarter of what a refresher
        takes that has nothing to do."""
        if using not in self._renewals:
            mine = Leader.objects.filter(shard=self.shard, holder=self.holder, expires_at__gt=Now())
            query: Any = mine.query.chain(UpdateQuery)
            query.add_update_values({"expires_at": _in_a_lease()})
            self._renewals[using] = query.get_compiler(using).as_sql()
        return self._renewals[using]

    def _take_over(self) -> bool:
        expired = Leader.objects.filter(shard=self.shard, expires_at__lte=Now())
        return bool(
            expired.update(
                holder=self.holder, since=Now(), expires_at=_in_a_lease(), rebuilds_per_second=0
            )
        )

    def _create(self) -> bool:
        if Leader.objects.filter(shard=self.shard).exists():
            return False
        try:
            Leader.objects.create(
                shard=self.shard, holder=self.holder, since=Now(), expires_at=_in_a_lease()
            )
        except IntegrityError:  # another refresher was first
            return False
        return True


def _in_a_lease() -> ExpressionWrapper:
    return ExpressionWrapper(Now() + timedelta(seconds=LEASE_S), output_field=DateTimeField())
