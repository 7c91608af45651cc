"""Reading a derived entry: its parts first, and in one round trip with them where that can be."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import msgspec

from kickoff.caching import conf
from kickoff.caching.content import Content, UndecodableError
from kickoff.caching.copies import (
    Ahead,
    asked_ahead,
    copy_of,
    is_asked_ahead,
    known_ahead,
    opened,
)
from kickoff.caching.envelope import Envelope, EnvelopeError, unseal
from kickoff.caching.fingerprints import recorder
from kickoff.caching.keys import Arguments
from kickoff.caching.memory import ONE_READER, Remembered, Versioned
from kickoff.caching.observing import Source
from kickoff.caching.reading import Reader, Reading, may_be_in_transaction
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import sealed
from kickoff.caching.stores.base import (
    Held,
    Store,
    StoreUnavailableError,
    ValueTooLargeError,
    Write,
)

if TYPE_CHECKING:
    from kickoff.caching.entries import DerivedEntry


class DerivedReading(Reading):
    """A read of a derived entry: its parts first, whose versions are in the key of the slot.

    The same parts make the same value: while they have not changed the store is not asked.
    """

    def __init__(self, reader: Reader, entry: DerivedEntry[Any], arguments: Arguments) -> None:
        super().__init__(reader, entry, arguments)
        self.derived = entry
        self._presumes_absent = False
        self._recent: list[str] = []  # what it was made from a moment ago, see `made_from`
        self._copied: bytes | None = None  # what lies in the slot, from its copy
        self._older: tuple[str, bytes] | None = None  # the copy of another slot

    @cached_property
    def slots_ahead(self) -> list[str]:
        return self.derived.slots_ahead(self.arguments)

    @property
    def _copy_key(self) -> str | None:
        """None where no copy could be asked for ahead."""
        return self.slots_ahead[-1] if self.slots_ahead else None

    def run(self) -> Remembered[Any]:
        ahead = self._ask_ahead()
        if ahead is None:
            return self._from_parts()
        with known_ahead(ahead):
            return self._from_parts()

    def _from_parts(self) -> Remembered[Any]:
        return self._settled_by_parts() or super().run()

    def _ask_ahead(self) -> Ahead | None:
        """Where nothing is known: what will be asked for anyway, in one round trip."""
        if self.last is not None or is_asked_ahead() or may_be_in_transaction():
            return None
        keys = self.slots_ahead
        try:
            return Ahead(current_store(), keys) if keys else None
        except StoreUnavailableError:
            return None  # The reads of the parts know how to do without.

    def _settled_by_parts(self) -> Remembered[Any] | None:
        """What the parts alone can tell: that there is no such thing, or that nothing has changed.
        None: they lead to a slot."""
        parts = self.derived.parts(*self.arguments)
        if parts is None:
            now = time.monotonic()
            return Remembered(Content(None), "", time.time(), now, ONE_READER)
        self.known_at = min((part.known_at for part in parts), default=self.asked_at)
        self.known_at = min(self.known_at, self.asked_at)
        self.made_from = self.derived.made_from(parts)
        last = self.last
        if last is not None and last.made_from == self.made_from:
            return self._keep(last.content, last.version, last.built_at)
        self.slot_arguments = (*self.arguments, self.made_from)
        self.build = lambda: self.derived.make([part.value for part in parts], self._last_value)
        self._presumes_absent = last is not None  # It is another slot since the parts have changed.
        self._recent = self._made_from_recently(parts)
        return None

    def _made_from_recently(self, parts: Sequence[Versioned[Any]]) -> list[str]:
        """What it was made from, first now and then while a part for which the refresher makes
        pages had its versions before, unless that is longer ago than CACHING_AHEAD_S."""
        if self.derived.demand is None:
            return []
        since = time.monotonic() - conf.number("CACHING_AHEAD_S")
        return [*map(self.derived.joined, product(*(part.recent(since) for part in parts)))]

    def _last_value(self) -> Any:
        """What this process or the copy has from before; None where that is no value."""
        before = self._before()
        return before.value if before is not None else None

    def _before(self) -> Remembered[Any] | None:
        with suppress(UndecodableError, EnvelopeError, msgspec.MsgspecError):
            if self.last is not None:
                return self.last if self.last.value is not None else None
            before = unseal(self._older[1]) if self._older else None
            if isinstance(before, Envelope):
                content, now = Content(self.entry.decode(before.payload)), time.monotonic()
                return Remembered(content, before.version, before.built_at, now, ONE_READER)
        return None

    def _from_store(self, store: Store) -> Remembered[Any]:
        key = self.entry.key(self.slot_arguments)
        self._open_copy(key)
        return self._of_a_moment_ago(store, key) or super()._from_store(store)

    def _of_a_moment_ago(self, store: Store, key: str) -> Remembered[Any] | None:
        """While the refresher makes it: the value of before, unless the new one is there."""
        if not self._is_awaited():
            return None
        data = store.get(key)
        found = self._value_in(data, store, key) if data is not None else None
        return found or self._old(self._before())

    def _is_awaited(self) -> bool:
        """Whether what is known of it was right until a moment ago."""
        if len(self._recent) < 2:  # Nothing has changed but just now.
            return False
        if self.last is not None:
            return self.last.made_from in self._recent
        recent = (self.entry.key((*self.arguments, made_from)) for made_from in self._recent)
        return self._older is not None and self._older[0] in recent

    def _old(self, last: Remembered[Any] | None) -> Remembered[Any] | None:
        if last is None or last.value is None:
            return None
        self.source = Source.LAST_KNOWN
        old = Content(self.derived.as_old(last.value))
        return Remembered(
            old, last.version, last.built_at, last.looked_at, ONE_READER, last.made_from
        )

    def _last_for_now(self, last: Remembered[Any]) -> Remembered[Any]:
        """Where the refresher makes it, nobody should keep it: it may be as old as is allowed."""
        old = self._old(self._before()) if self.derived.demand is not None else None
        return old or self._last_known(last)

    def _open_copy(self, key: str) -> None:
        """A copy that is not one of this slot says what there was before."""
        copy = self._copy()
        if copy is None:
            return
        slot, data = opened(copy)
        if slot == key:
            self._copied = data
        else:
            self._older, self._presumes_absent = (slot, data), True

    def _data(self, store: Store, key: str) -> bytes | None:
        """From the copy, when it is one of this slot. Once the parts have changed, the first look
        is left to the lease: in one round trip it is taken, or what is there is found."""
        if self._presumes_absent:
            self._presumes_absent = False
            return None
        copied, self._copied = self._copied, None
        return store.get(key) if copied is None else copied

    def _copy(self) -> bytes | None:
        """As it was asked for ahead; whoever looks again looks into the slot."""
        copy_key = self._copy_key
        ahead = asked_ahead(copy_key) if copy_key else None
        return ahead.take(copy_key) if ahead and copy_key else None

    def _empty(self, key: str) -> None:
        super()._empty(key)
        if self._copy_key:
            super()._empty(self._copy_key)

    def _filled(self, store: Store, value: Any, data: bytes) -> None:
        if value is not None and self._copy_key:
            copy = copy_of(self.entry.key(self.slot_arguments), data)
            with suppress(StoreUnavailableError, ValueTooLargeError):
                store.set(self._copy_key, copy, self.entry.ttl_s(value))

    def _ask(self) -> None:
        """Its parts are as old as they are."""


class ReadingAhead(DerivedReading):
    """What the refresher makes before anybody asks for it, slot by slot of many."""

    def slot_to_fill(self) -> str | None:
        """None when there is no such thing, or its copy is there already."""
        if self._settled_by_parts() is not None:
            return None
        key = self.entry.key(self.slot_arguments)
        self._open_copy(key)
        return key if self._copied is None else None

    def made(self, ours: Held) -> Iterator[Write]:
        """The value for the slot that we lease, and its copy. Raises what the builder raises."""
        recorder.record(self.entry)
        value = self.build()
        key, ttl_s = self.entry.key(self.slot_arguments), self.entry.ttl_s(value)
        data = sealed(self.entry, value)
        yield Write(key, data, ttl_s, ours.token)
        if value is not None and self._copy_key:
            yield Write(self._copy_key, copy_of(key, data), ttl_s)
