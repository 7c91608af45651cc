"""The one process that keeps filled slots up to date, so that web processes only read."""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

from kickoff.caching import conf, fingerprints
from kickoff.caching.entries import Entry, registry
from kickoff.caching.keys import Arguments, decode_arguments, encode_arguments, slot_key
from kickoff.caching.leadership import Leadership
from kickoff.caching.marks import MarkQueue
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import Outcome, fill, lease, look, refresh
from kickoff.caching.stores.base import Store, StoreUnavailableError

logger = logging.getLogger(__name__)

BATCH = 500  # marks that are read at once
TICK_S = 0.1  # between two looks at the marks; a change is visible within 0.5 s
PIN_CHECK_S = 1.0
PRUNE_S = 60.0  # between two removals of expired slots, which SQLite does not do by itself
ATTEMPTS = 20  # at one key in one batch, when others keep writing it
FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 60.0  # after a builder has failed
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


@dataclass
class Delays:
    """Keys whose builders have failed, and when they are tried again."""

    _until: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def is_due(self, key: tuple[str, str]) -> bool:
        return key not in self._until or time.monotonic() >= self._until[key][0]

    def has_failed(self, key: tuple[str, str]) -> bool:
        return key in self._until

    def fail(self, key: tuple[str, str], longest_s: float = LONGEST_DELAY_S) -> None:
        previous = self._until.get(key, (0.0, FIRST_DELAY_S / 2))[1]
        delay = min(previous * 2, longest_s)
        self._until[key] = (time.monotonic() + delay, delay)

    def succeed(self, key: tuple[str, str]) -> None:
        self._until.pop(key, None)


class Refresher:
    """Handles marks and keeps pinned entries present, for one shard of the keys."""

    def __init__(
        self, shard: Shard, leadership: Leadership, queue: MarkQueue | None = None
    ) -> None:
        self.shard = shard
        self.leadership = leadership
        self.queue = queue or MarkQueue()
        self.delays = Delays()
        self.rebuilds = 0
        self._fingerprints: Mapping[str, list[str]] = {}
        self._due_at: dict[str, float] = {}
        self._pins_checked_at = self._pruned_at = float("-inf")
        self._reported_at = time.monotonic()
        self._reported_rebuilds = 0

    def once(self) -> None:
        """Handles the marks that are there and fills pinned entries, whoever leads.

        Another refresher may do the same at the same time: that is wasteful, never wrong.
        """
        _leave_old_view()
        self.leadership.acquire()
        self._handle_marks(lambda: False, leads=lambda: True)
        self._keep_pinned(lambda: False)
        self._report()

    def run(self, should_stop: Callable[[], bool]) -> None:
        """Works while it leads and waits while another does, until it should stop."""
        while not should_stop():
            try:
                _leave_old_view()
                busy = self.leadership.renew_when_due() and self.step(should_stop)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("The refresher cannot reach the database: %s", error)
                close_old_connections()
                busy = False
            if not busy:
                time.sleep(TICK_S)
        self.leadership.resign()

    def step(self, should_stop: Callable[[], bool] = lambda: False) -> bool:
        """Handles the marks that are there now; whether there were any."""
        handled = self._handle_marks(should_stop, self.leadership.renew_when_due)
        if time.monotonic() - self._pins_checked_at >= PIN_CHECK_S:
            self._pins_checked_at = time.monotonic()
            self._keep_pinned(should_stop)
        if time.monotonic() - self._pruned_at >= PRUNE_S:
            self._pruned_at = time.monotonic()
            fingerprints.drop_old()
            with suppress(StoreUnavailableError):
                current_store().prune()
        self._report()
        return handled

    def _handle_marks(self, should_stop: Callable[[], bool], leads: Callable[[], bool]) -> bool:
        """Reads marks, rebuilds their keys, and only then deletes these marks."""
        any_handled = False
        last_id = 0
        while marks := self.queue.after(last_id, BATCH):
            last_id = marks[-1].pk
            by_key: dict[tuple[str, str], list[int]] = {}
            for mark in marks:
                by_key.setdefault((mark.entry, mark.arguments), []).append(mark.pk)
            names = {name for name, _arguments in by_key}
            self._fingerprints = self.queue.fingerprints(names)
            for key, ids in by_key.items():
                if should_stop() or not leads():
                    return any_handled
                if self.shard.owns(*key) and self.delays.is_due(key) and self._handle(*key):
                    self.queue.delete(ids)
                    any_handled = True
        return any_handled

    def _handle(self, name: str, arguments: str) -> bool:
        """Brings a key up to date; False when its marks must stay."""
        entry = registry.get(name)
        try:
            self._empty_slots_of_other_code(name, decode_arguments(arguments))
            if entry is not None:
                self._refresh(current_store(), entry, decode_arguments(arguments))
        except (StoreUnavailableError, OperationalError, InterfaceError) as error:
            logger.debug("%s %s waits: %s", name, arguments, error)
            self.delays.fail((name, arguments), OUTAGE_DELAY_S)
            return False
        except Exception as error:
            self._complain(name, arguments, error)
            return False
        self.delays.succeed((name, arguments))
        return True

    def _empty_slots_of_other_code(self, name: str, arguments: Arguments) -> None:
        """While old and new code serve side by side, each has slots of its own."""
        entry = registry.get(name)
        for fingerprint in self._fingerprints.get(name, ()):
            if entry is None or fingerprint != entry.fingerprint:
                current_store().delete(slot_key(conf.namespace(), name, fingerprint, arguments))

    def _refresh(self, store: Store, entry: Entry[Any], arguments: Arguments) -> None:
        fingerprints.recorder.record(entry)
        for _ in range(ATTEMPTS):
            outcome = refresh(store, entry, arguments)
            if outcome is not Outcome.OVERTAKEN:
                self.rebuilds += outcome is Outcome.REBUILT
                return
        reason = f"others write {entry.name}{arguments} all the time"
        raise StoreUnavailableError(store.server_of(entry.key(arguments)), reason)

    def _keep_pinned(self, should_stop: Callable[[], bool]) -> None:
        """Fills pinned keys that are absent, and rebuilds those that are due."""
        for entry in registry:
            try:
                keys = list(entry.keys()) if entry.keys and entry.needs_care else []
            except DatabaseError:
                raise  # `run` waits until the database is back
            except Exception as error:
                self._complain(entry.name, "keys", error)
                continue
            for arguments in keys:
                if should_stop():
                    return
                if self.shard.owns(entry.name, encode_arguments(arguments)):
                    self._keep_key(entry, arguments)

    def _keep_key(self, entry: Entry[Any], arguments: Arguments) -> None:
        try:
            self._keep(current_store(), entry, arguments)
        except StoreUnavailableError as error:
            logger.debug("%s%s waits: %s", entry.name, arguments, error)
        except Exception as error:
            self._complain(entry.name, encode_arguments(arguments), error)

    def _keep(self, store: Store, entry: Entry[Any], arguments: Arguments) -> None:
        fingerprints.recorder.record(entry)
        key = entry.key(arguments)
        if look(store, key) is None:
            held = lease(store, key) if entry.pinned else None
            if held is not None:
                _value, stored = fill(store, entry, arguments, held)
                self.rebuilds += stored
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

    def _complain(self, name: str, arguments: str, error: Exception) -> None:
        key = (name, arguments)
        if not self.delays.has_failed(key):  # once, not at each attempt
            logger.exception("Building %s %s failed; its old value stays.", name, arguments)
        self.delays.fail(key)
        self.leadership.report_error(f"{name} {arguments}: {error!r}")

    def _report(self) -> None:
        elapsed = time.monotonic() - self._reported_at
        if elapsed < 1:
            return
        for entry in registry:
            entry.tally.publish_when_due(entry.name, current_store)
        new = self.rebuilds - self._reported_rebuilds
        self.leadership.report(new, new / elapsed)
        self._reported_at, self._reported_rebuilds = time.monotonic(), self.rebuilds


def _leave_old_view() -> None:
    """A site may have autocommit off. Then a connection goes on seeing what it saw first, and what
    it writes waits for a commit."""
    if not connection.in_atomic_block and not connection.get_autocommit():
        connection.set_autocommit(True)
