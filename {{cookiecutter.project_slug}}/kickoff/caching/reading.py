"""Reading an entry: process memory, then the store, and only then, within limits, the database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property, partial
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from kickoff.caching import conf
from kickoff.caching.content import Content, UndecodableError
from kickoff.caching.copies import asked_ahead
from kickoff.caching.envelope import Envelope, EnvelopeError, Lease, unseal, version_in, version_of
from kickoff.caching.fingerprints import recorder
from kickoff.caching.keys import Arguments
from kickoff.caching.memory import ONE_READER, Memory, Remembered
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

    def value(self, entry: Entry[Any], arguments: Arguments) -> Any:
        """The value of a key; see `Entry.read`."""
        try:
            return self.read(entry, arguments).value
        except UndecodableError:
            return self.read(entry, arguments).value  # The slot that spoiled it is empty now.

    def read(self, entry: Entry[Any], arguments: Arguments) -> Remembered[Any]:
        """The value of a key, which is not decoded yet, with its version."""
        reads = observer()
        if reads is None:
            return self._find(entry, arguments)[0]
        started = time.perf_counter()
        found, source, size_bytes = self._find(entry, arguments)
        duration_s = time.perf_counter() - started
        age_s = time.time() - found.built_at
        reads.append(
            Read(entry.name, arguments, source, age_s, size_bytes, duration_s, entry.declared_at)
        )
        return found

    def _find(self, entry: Entry[Any], arguments: Arguments) -> tuple[Remembered[Any], Source, int]:
        """What is found, where, and how many bytes came from the store."""
        entry.tally.counts.reads += 1
        last = self.memory.get((entry.name, arguments))
        if last is not None and last.is_fresh(conf.number("CACHING_MEMORY_S")):
            if entry.demand is not None:
                entry.demand.count(arguments)
            return last, Source.MEMORY, 0
        reading = entry.reading(self, entry, arguments)
        found = reading.run()
        entry.tally.counts.misses += reading.source is Source.BUILT
        entry.tally.publish_when_due(entry.name, current_store)
        if entry.demand is not None and found.exists:
            entry.demand.count(arguments)
            entry.demand.publish_when_due(entry.name, current_store)
        return found, reading.source, reading.size_bytes

    def look_again(self, entry: Entry[Any], arguments: Arguments) -> None:
        """So that this process knows what was changed a moment ago. Raises as `read` does."""
        entry.reading(self, entry, arguments).run()

    def remembered(self, entry: Entry[Any], arguments: Arguments) -> Remembered[Any] | None:
        """The last known value; none that is older than a slot may grow."""
        last = self.memory.get((entry.name, arguments))
        limit_s = entry.limit_s or conf.number("CACHING_HARD_LIMIT_S")
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
    """One read of one key that process memory alone could not answer."""

    def __init__(self, reader: Reader, entry: Entry[Any], arguments: Arguments) -> None:
        if not entry.is_derived:
            entry.check(arguments)
        self.reader = reader
        self.entry = entry
        self.arguments = arguments
        self.slot_arguments = arguments
        self.build: Callable[[], Any] = partial(entry.build, *arguments)
        self.memory_key = (entry.name, arguments)
        self.last = reader.remembered(entry, arguments)
        self.asked_at = self.known_at = time.monotonic()
        self.made_from = ""
        self.source = Source.MEMORY
        self.size_bytes = 0

    def run(self) -> Remembered[Any]:
        if may_be_in_transaction():
            # The open transaction sees changes that nobody else may see yet, or an old snapshot.
            return self._for_one_reader(self.build())
        try:
            return self._from_store(current_store())
        except StoreUnavailableError:
            return self._without_store()
        except (OperationalError, InterfaceError):
            if self.last is None:
                raise
            return self._last_known(self.last)

    def _from_store(self, store: Store) -> Remembered[Any]:
        key = self.entry.key(self.slot_arguments)
        patience_s = 0.0 if _is_hurried.get() else conf.number("CACHING_WAIT_S")
        deadline = time.monotonic() + patience_s
        while True:
            self._ask()
            data = self._data(store, key)
            if data is None:
                ours, theirs = self._lease(store, key)
                if ours is not None:
                    return self._fill(store, ours)
                data = theirs.value if theirs is not None else None
            found = self._value_in(data, store, key) if data is not None else None
            if found is not None:
                return found
            if self.last is not None:
                return self._last_for_now(self.last)
            if time.monotonic() >= deadline:
                raise BusyError(f"{self.entry.name}{self.arguments} is being built.")
            time.sleep(POLL_S)

    def _ask(self) -> None:
        """What is found from here on is known as of now."""
        self.asked_at = self.known_at = time.monotonic()

    def _value_in(self, data: bytes, store: Store, key: str) -> Remembered[Any] | None:
        """None when it is somebody's lease, or nothing that a slot may hold, which is cleared."""
        self.source, self.size_bytes = Source.STORE, len(data)
        try:
            content = unseal(data)
        except EnvelopeError:
            store.delete(key)
            return None
        return None if isinstance(content, Lease) else self._remember(content, key)

    def _data(self, store: Store, key: str) -> bytes | None:
        """What lies in the slot; None when it is absent, or most likely so."""
        ahead = asked_ahead(key)
        if ahead is None:
            return store.get(key)
        self.asked_at = self.known_at = ahead.asked_at
        return ahead.take(key)

    def _remember(self, found: Envelope, key: str) -> Remembered[Any]:
        if self.last is not None and self.last.version == found.version:
            content = self.last.content
        else:
            spoiled = partial(self._empty, key)
            content = Content.undecoded(found.payload, self.entry.decode, spoiled)
        return self._keep(content, found.version, found.built_at)

    def _empty(self, key: str) -> None:
        """What was read there is no value of this entry."""
        self.reader.memory.drop(self.memory_key)
        with suppress(StoreUnavailableError):
            current_store().delete(key)

    def _lease(self, store: Store, key: str) -> tuple[Held | None, Held | None]:
        ours, theirs = lease(store, key)
        if ours is not None:
            try:
                recorder.record(self.entry)
            except BaseException:
                store.delete(key)
                raise
        return ours, theirs

    def _fill(self, store: Store, held: Held) -> Remembered[Any]:
        """Builds under our lease. A value that could not be stored, because something changed
        while it was built or because it is too large, is good for this one reader: it was read
        from the database after this read began."""
        value, data = fill(store, self.entry, self.slot_arguments, held, self.build)
        if data is None:
            return self._for_one_reader(value)
        self._filled(store, value, data)
        return self._built(value, version_in(data))

    def _filled(self, store: Store, value: Any, data: bytes) -> None:
        """The slot has the value now."""

    def _without_store(self) -> Remembered[Any]:
        """The last known value; else a build, of which few may run at a time."""
        if self.last is not None:
            return self._last_known(self.last)
        with self.reader.builder():
            self._ask()
            return self._built(self.build())

    def _last_for_now(self, last: Remembered[Any]) -> Remembered[Any]:
        """While somebody makes the next one."""
        return self._last_known(last)

    def _last_known(self, last: Remembered[Any]) -> Remembered[Any]:
        self.source = Source.LAST_KNOWN
        return last

    def _for_one_reader(self, value: Any) -> Remembered[Any]:
        self.known_at = ONE_READER
        return self._built(value)

    def _built(self, value: Any, version: str = "") -> Remembered[Any]:
        self.source = Source.BUILT
        known = version or version_of(self.entry.encode(value))
        return self._keep(Content(value), known, time.time())

    def _keep(self, content: Content, version: str, built_at: float) -> Remembered[Any]:
        """What was found, remembered unless it holds for one reader or one moment only. That there
        is no such thing is not: whoever asks for many of those would push out all the pages."""
        looked_at = time.monotonic()
        if self.entry.at_once or content.is_none:
            self.known_at = ONE_READER  # a kept value may be from before the change
        found: Remembered[Any] = Remembered(
            content, version, built_at, looked_at, self.known_at, self.made_from
        )
        if self.known_at == ONE_READER:
            return found
        if self.entry.pages_ahead and self.last is not None:
            found.follow(self.last)
        return self.reader.memory.keep(self.memory_key, found, self.asked_at)


_is_hurried: ContextVar[bool] = ContextVar("is_hurried", default=False)


@contextmanager
def without_waiting() -> Iterator[None]:
    """Reads in this block raise BusyError at once where others would wait for somebody's build."""
    token = _is_hurried.set(True)
    try:
        yield
    finally:
        _is_hurried.reset(token)


def may_be_in_transaction() -> bool:
    """Asked without opening a connection: hot pages are served while the database is away."""
    connection = connections[DEFAULT_DB_ALIAS]
    is_open = connection.connection is not None
    return connection.in_atomic_block or (is_open and not connection.get_autocommit())


reader = Reader()
