"""Reading a derived entry: its parts first, and in one round trip with them where that can be."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

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
from kickoff.caching.keys import Arguments
from kickoff.caching.memory import ONE_READER, Remembered
from kickoff.caching.reading import Reader, Reading, may_be_in_transaction
from kickoff.caching.runtime import current_store
from kickoff.caching.stores.base import Store, StoreUnavailableError, ValueTooLargeError

if TYPE_CHECKING:
    from kickoff.caching.entries import DerivedEntry


class DerivedReading(Reading):
    """A read of a derived entry: its parts first, whose versions are in the key of the slot.

    The same parts make the same value: while they have not changed the store is not asked.
    """

    def __init__(self, reader: Reader, entry: DerivedEntry[Any], arguments: Arguments) -> None:
        super().__init__(reader, entry, arguments)
        self._derived = entry
        self._presumes_absent = False
        self._older: bytes | None = None  # a copy of what there was before the parts changed

    @cached_property
    def _slots_ahead(self) -> list[str]:
        return self._derived.slots_ahead(self.arguments)

    @property
    def _copy_key(self) -> str | None:
        """None where no copy could be asked for ahead."""
        return self._slots_ahead[-1] if self._slots_ahead else None

    def run(self) -> Remembered[Any]:
        ahead = self._ask_ahead()
        if ahead is None:
            return self._from_parts()
        with known_ahead(ahead):
            return self._from_parts()

    def _ask_ahead(self) -> Ahead | None:
        """Where nothing is known: what will be asked for anyway, in one round trip."""
        if self.last is not None or is_asked_ahead() or may_be_in_transaction():
            return None
        keys = self._slots_ahead
        try:
            return Ahead(current_store(), keys) if keys else None
        except StoreUnavailableError:
            return None  # The reads of the parts know how to do without.

    def _from_parts(self) -> Remembered[Any]:
        parts = self._derived.parts(*self.arguments)
        if parts is None:
            now = time.monotonic()
            return Remembered(Content(None), "", time.time(), now, ONE_READER)
        self.known_at = min((part.known_at for part in parts), default=self.asked_at)
        self.known_at = min(self.known_at, self.asked_at)
        self.made_from = self._derived.made_from(parts)
        last = self.last
        if last is not None and last.made_from == self.made_from:
            return self._keep(last.content, last.version, last.built_at)
        self.slot_arguments = (*self.arguments, self.made_from)
        self.build = lambda: self._derived.make([part.value for part in parts], self._last_value)
        self._presumes_absent = last is not None  # It is another slot since the parts have changed.
        return super().run()

    def _last_value(self) -> Any:
        """What this process or the copy has from before; None where that is no value."""
        with suppress(UndecodableError, EnvelopeError, msgspec.MsgspecError):
            if self.last is not None:
                return self.last.value
            before = unseal(self._older) if self._older else None
            return self.entry.decode(before.payload) if isinstance(before, Envelope) else None

    def _data(self, store: Store, key: str) -> bytes | None:
        """From the copy, when it is one of this slot. Once the parts have changed, the first look
        is left to the lease: in one round trip it is taken, or what is there is found."""
        if self._presumes_absent:
            self._presumes_absent = False
            return None
        copy = self._copy()
        if copy is None:
            return store.get(key)
        slot, data = opened(copy)
        if slot == key:
            return data
        self._older = data
        return None

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
