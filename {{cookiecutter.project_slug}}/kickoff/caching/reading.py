"""Reading an entry: process memory, then the store, and only then, within limits, the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connection

from kickoff.caching import conf
from kickoff.caching.envelope import Envelope, EnvelopeError, Lease, unseal, version_of
from kickoff.caching.keys import Arguments
from kickoff.caching.memory import Memory, MemoryKey, Remembered
from kickoff.caching.observing import Read, Source, observer
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import fill, lease
from kickoff.caching.stores.base import Held, Store, StoreUnavailableError

if TYPE_CHECKING:
    from kickoff.caching.entries import Entry

POLL_S = 0.02  # between two looks while another process builds


class BusyError(Exception):
    """The value is being built elsewhere, or too many are being built here. Try again shortly."""


class Reader:
    """Reads entries for this process."""

    @cached_property
    def memory(self) -> Memory:
        return Memory(conf.whole("CACHING_MEMORY_ENTRIES"))

    @cached_property
    def _builders(self) -> BoundedSemaphore:
        return BoundedSemaphore(conf.whole("CACHING_MAX_BUILDERS"))

    def read(
        self,
        entry: Entry[Any],
        arguments: Arguments,
        build: Callable[[], Any] | None = None,
    ) -> Remembered:
        """The value of a key. `build` makes it where the entry's own builder is not enough."""
        reading = Reading(self, entry, arguments, build or partial(entry.build, *arguments))
        reads = observer()
        if reads is None:
            return reading.run()
        started = time.perf_counter()
        found = reading.run()
        reads.append(reading.describe(found, time.perf_counter() - started))
        return found

    def remembered(self, key: MemoryKey) -> Remembered | None:
        """The last known value; none that is older than a slot may grow."""
        last = self.memory.get(key)
        limit_s = conf.number("CACHING_HARD_LIMIT_S")
        return last if last is not None and last.is_fresh(limit_s) else None

    @contextmanager
    def builder(self) -> Iterator[None]:
        """Lets few builds run at a time. Raises BusyError for those that are too many."""
        if not self._builders.acquire(blocking=False):
            raise BusyError("The cache is not there and others are building already.")
        try:
            yield
        finally:
            self._builders.release()


class Reading:
    """One read of one key."""

    def __init__(
        self, reader: Reader, entry: Entry[Any], arguments: Arguments, build: Callable[[], Any]
    ) -> None:
        self.reader = reader
        self.entry = entry
        self.arguments = arguments
        self.build = build
        self.memory_key = (entry.name, arguments)
        self.last = reader.remembered(self.memory_key)
        self.asked_at = 0.0
        self.source = Source.MEMORY
        self.size_bytes = 0

    def describe(self, found: Remembered, duration_s: float) -> Read:
        age_s = time.time() - found.built_at
        return Read(
            self.entry.name,
            self.arguments,
            self.source,
            age_s,
            self.size_bytes,
            duration_s,
            self.entry.declared_at,
        )

    def run(self) -> Remembered:
        if self.last is not None and self._is_fresh(self.last):
            return self.last
        if _may_be_in_transaction():
            # The open transaction sees changes that nobody else may see yet, or an old snapshot.
            return self._unstored(self.build())
        try:
            return self._from_store(current_store())
        except StoreUnavailableError:
            return self._without_store()

    def _is_fresh(self, last: Remembered) -> bool:
        return not self.entry.at_once and last.is_fresh(conf.number("CACHING_MEMORY_S"))

    def _from_store(self, store: Store) -> Remembered:
        key = self.entry.key(self.arguments)
        deadline = time.monotonic() + conf.number("CACHING_WAIT_S")
        while True:
            found = self._look(store, key)
            if isinstance(found, Remembered):
                return found
            held = lease(store, key) if found is None else None
            if held is not None:
                return self._fill(store, held)
            if self.last is not None:
                return self._last_known(self.last)
            if time.monotonic() >= deadline:
                raise BusyError(f"{self.entry.name}{self.arguments} is being built.")
            time.sleep(POLL_S)

    def _look(self, store: Store, key: str) -> Remembered | Lease | None:
        self.asked_at = time.monotonic()
        data = store.get(key)
        if data is None:
            return None
        self.source, self.size_bytes = Source.STORE, len(data)
        try:
            content = unseal(data)
            return content if isinstance(content, Lease) else self._remember(content)
        except (EnvelopeError, msgspec.MsgspecError):
            store.delete(key)
            return None

    def _remember(self, found: Envelope) -> Remembered:
        known = self.last is not None and self.last.version == found.version
        value = self.last.value if known and self.last else self.entry.decode(found.payload)
        return self._keep(Remembered(value, found.version, found.built_at, time.monotonic()))

    def _fill(self, store: Store, held: Held) -> Remembered:
        """Builds under our lease. A value that could not be stored, because something changed
        while it was built or because it is too large, is good for this one reader: it was read
        from the database after this read began."""
        value, stored = fill(store, self.entry, self.arguments, held, self.build)
        built = self._unstored(value)
        return self._keep(built) if stored else built

    def _without_store(self) -> Remembered:
        """The last known value; else a build, of which few may run at a time."""
        if self.last is not None:
            return self._last_known(self.last)
        with self.reader.builder():
            self.asked_at = time.monotonic()
            built = self._unstored(self.build())
        return self._keep(built)

    def _keep(self, found: Remembered) -> Remembered:
        if self.entry.at_once:
            return found  # a kept value may be from before the change
        return self.reader.memory.keep(self.memory_key, found, self.asked_at)

    def _last_known(self, last: Remembered) -> Remembered:
        self.source = Source.LAST_KNOWN
        return last

    def _unstored(self, value: Any) -> Remembered:
        self.source = Source.BUILT
        version = version_of(self.entry.encode(value))
        return Remembered(value, version, time.time(), time.monotonic())


def _may_be_in_transaction() -> bool:
    """Asked without opening a connection: hot pages are served while the database is away."""
    if connection.connection is None:
        return connection.in_atomic_block
    return connection.in_atomic_block or not connection.get_autocommit()


reader = Reader()
