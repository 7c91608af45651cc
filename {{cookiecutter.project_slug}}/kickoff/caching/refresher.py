"""The one process that keeps filled slots up to date, so that web processes only read."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

from kickoff.caching import conf, fingerprints
from kickoff.caching.ahead import PagesAhead
from kickoff.caching.delays import Delays, Key
from kickoff.caching.entries import Entry, registry
from kickoff.caching.keys import Arguments, decode_arguments, encode_arguments, slot_key
from kickoff.caching.leadership import Leadership
from kickoff.caching.marks import MarkQueue
from kickoff.caching.reading import BusyError
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import Outcome, fill, lease, look, refresh
from kickoff.caching.stores.base import Store, StoreUnavailableError
from kickoff.caching.turns import Turns

logger = logging.getLogger(__name__)

TICK_S = 0.1  # between two looks at the marks; a change is visible within 0.5 s
PIN_CHECK_S = 1.0  # however many marks wait
PRUNE_S = 60.0  # between two removals of expired slots, which SQLite does not do by itself
ATTEMPTS = 20  # at one key in one batch, when others keep writing it
WARN_S = 60.0  # between two warnings of the same outage
OUTAGE_DELAY_S = 1.0  # at most, while the store or the database is away


@dataclass(frozen=True)
class Shard:
    """The part of the keys that one refresher keeps: number `index` of `count`, from 1."""

    index: int = 1
    count: int = 1

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def owns(self, entry: str, arguments: str) -> bool:
        return zlib.crc32(f"{entry} {arguments}".encode()) % self.count == self.index - 1


class Refresher:
    """Handles marks, keeps pinned entries present and makes pages ahead of their visitors, for one
    shard of the keys."""

    def __init__(
        self, shard: Shard, leadership: Leadership, queue: MarkQueue | None = None
    ) -> None:
        self.shard = shard
        self.leadership = leadership
        self.delays = Delays()
        self.turns = Turns(queue or MarkQueue(), self)
        self.ahead = PagesAhead(self._wait_or_complain)
        self.rebuilds = 0
        self._due_at: dict[str, float] = {}
        self._pins_checked_at = self._pruned_at = self._warned_at = float("-inf")
        self._reported_at = time.monotonic()
        self._reported_rebuilds = self._reported_new = 0

    def once(self) -> None:
        """Handles the marks that are there, fills pinned entries and makes the pages that are asked
        for most and have changed with these, whoever leads.

        Another refresher may do the same at the same time: that is wasteful, never wrong.
        """
        _leave_old_view()
        self.leadership.acquire()
        self.turns.take(lambda: True)
        self._keep_pinned(lambda: False)
        while self.ahead.make_some():
            pass
        self._report()

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Works while it leads and waits while another does, until it should stop."""
        while not should_stop():
            try:
                _leave_old_view()
                busy = self.leadership.renew_when_due() and self.step(should_stop)
            except (DatabaseError, InterfaceError) as error:
                self._warn_of_outage(error)
                close_old_connections()
                busy = False
            if not busy:
                time.sleep(TICK_S)
        self.leadership.resign()

    def _warn_of_outage(self, error: Exception) -> None:
        if time.monotonic() - self._warned_at >= WARN_S:
            self._warned_at = time.monotonic()
            logger.warning("The refresher cannot work with the database: %s", error)

    def step(self, should_stop: Callable[[], bool] = lambda: False) -> bool:
        """Handles the marks that are there now, then makes some of the pages that have changed with
        them; whether there was anything to do."""
        handled = self.turns.take(
            lambda: not should_stop() and self.leadership.renew_when_due(), for_s=PIN_CHECK_S
        )
        if time.monotonic() - self._pins_checked_at >= PIN_CHECK_S:
            self._pins_checked_at = time.monotonic()
            self._keep_pinned(should_stop)
        if time.monotonic() - self._pruned_at >= PRUNE_S:
            self._pruned_at = time.monotonic()
            self._forget_the_gone()
            fingerprints.drop_old()
            with suppress(StoreUnavailableError):
                current_store().prune()
        is_making = self.ahead.make_some()
        self._report()
        return handled or is_making

    def handle(self, name: str, arguments: str, in_slots: Collection[str]) -> bool:
        """Brings a marked key up to date; False when its marks must stay: it is another shard's,
        it was tried a moment ago, or it does not work."""
        key = (name, arguments)
        if not self.shard.owns(*key) or not self.delays.is_due(key):
            return False
        try:
            is_done = self._bring_up_to_date(name, decode_arguments(arguments), in_slots)
        except Exception as error:
            self._wait_or_complain(key, error)
            return False
        self.delays.succeed(key)
        return is_done

    def _bring_up_to_date(self, name: str, arguments: Arguments, in_slots: Collection[str]) -> bool:
        """Rebuilds the slot of this code. While old and new code serve side by side, each has slots
        of its own: those of other code are emptied."""
        entry = registry.get(name)
        for fingerprint in in_slots:
            if entry is None or fingerprint != entry.fingerprint:
                current_store().delete(slot_key(conf.namespace(), name, fingerprint, arguments))
        return entry is None or self._refresh(current_store(), entry, arguments)

    def _refresh(self, store: Store, entry: Entry[Any], arguments: Arguments) -> bool:
        """False while somebody else fills the slot."""
        fingerprints.recorder.record(entry)
        for _ in range(ATTEMPTS):
            outcome = refresh(store, entry, arguments)
            if outcome is not Outcome.OVERTAKEN:
                self.rebuilds += outcome is Outcome.REBUILT
                self.ahead.changed(entry, arguments)
                return outcome is not Outcome.LEASED
        reason = f"others write {entry.name}{arguments} all the time"
        raise StoreUnavailableError(store.server_of(entry.key(arguments)), reason)

    def _keep_pinned(self, should_stop: Callable[[], bool]) -> None:
        """Fills pinned keys that are absent, and rebuilds those that are due."""
        for entry in registry:
            try:
                keys = list(entry.keys()) if entry.keys and entry.needs_care else []
            except Exception as error:
                self._wait_or_complain((entry.name, "keys"), error)
                continue
            for arguments in keys:
                if should_stop():
                    return
                if self.shard.owns(entry.name, encode_arguments(arguments)):
                    self._keep_key(entry, arguments)

    def _keep_key(self, entry: Entry[Any], arguments: Arguments) -> None:
        key = (entry.name, encode_arguments(arguments))
        if not self.delays.is_due(key):
            return
        try:
            self._keep(current_store(), entry, arguments)
        except Exception as error:
            self._wait_or_complain(key, error)
        else:
            self.delays.succeed(key)

    def _keep(self, store: Store, entry: Entry[Any], arguments: Arguments) -> None:
        fingerprints.recorder.record(entry)
        key = entry.key(arguments)
        if look(store, key) is None:
            held = lease(store, key)[0] if entry.pinned else None
            if held is not None:
                _value, data = fill(store, entry, arguments, held)
                self.rebuilds += data is not None
                self.ahead.changed(entry, arguments)
        elif self._is_due(entry, key):
            self._refresh(store, entry, arguments)

    def _is_due(self, entry: Entry[Any], key: str) -> bool:
        if entry.every_s is None:
            return False
        due_at = self._due_at.setdefault(key, time.monotonic() + entry.every_s)
        if time.monotonic() < due_at:
            return False
        self._due_at[key] = time.monotonic() + entry.every_s
        return True

    def _forget_the_gone(self) -> None:
        """Keys that were due long ago, and that neither marks nor entries have named since."""
        long_ago = time.monotonic() - PRUNE_S
        self._due_at = {key: at for key, at in self._due_at.items() if at >= long_ago}
        self.delays.forget(before=long_ago)

    def _wait_or_complain(self, key: Key, error: Exception) -> None:
        """What passes is waited for; anything else is told, once and not at each attempt."""
        if _will_pass(error):
            logger.debug("%s %s waits: %s", *key, error)
            self.delays.fail(key, OUTAGE_DELAY_S)
            return
        if self.delays.is_new_error(key):
            logger.error("Building %s %s failed; its old value stays.", *key, exc_info=error)
        self.delays.fail(key)
        self.leadership.report_error(f"{key[0]} {key[1]}: {error!r}")

    def _report(self) -> None:
        elapsed = time.monotonic() - self._reported_at
        if elapsed < 1:
            return
        for entry in registry:
            entry.tally.publish_when_due(entry.name, current_store)
        new = self.rebuilds - self._reported_rebuilds
        if new or self._reported_new:
            self.leadership.report(new, new / elapsed)
        self._reported_at, self._reported_new = time.monotonic(), new
        self._reported_rebuilds = self.rebuilds


def _will_pass(error: Exception) -> bool:
    """Whether the store or the database is away. Django gives an unknown column and a lost server
    the same class of error: so the connection is asked."""
    if isinstance(error, StoreUnavailableError | BusyError | InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    return connection.connection is None or not connection.is_usable()


def _leave_old_view() -> None:
    """A site may have autocommit off. Then a connection goes on seeing what it saw first, and what
    it writes waits for a commit."""
    if not connection.in_atomic_block and not connection.get_autocommit():
        connection.set_autocommit(True)
