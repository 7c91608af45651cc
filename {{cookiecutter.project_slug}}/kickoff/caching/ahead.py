"""Pages that change all at once: the refresher makes those that are asked for most.

A goal makes other pages of all leagues. Each is rendered at most once, by the first who asks for
it; with many visitors at the same moment all of them would be first ones. So a page may name the
part with which this happens (`ahead_when` of a RenderedEntry): then the refresher renders it, the
most wanted pages first, and for a moment its visitors get the HTML of before. Who comes later than
CACHING_AHEAD_S to a page that is not there yet makes it, as ever.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from kickoff.caching.copies import Ahead, known_ahead
from kickoff.caching.delays import Key
from kickoff.caching.demand import MOST, most_asked
from kickoff.caching.derived_reading import ReadingAhead
from kickoff.caching.keys import Arguments, encode_arguments
from kickoff.caching.reading import BusyError, reader, without_waiting
from kickoff.caching.runtime import current_store
from kickoff.caching.slots import give_back, lease_many
from kickoff.caching.stores.base import Held, Store, StoreUnavailableError, Write

if TYPE_CHECKING:
    from kickoff.caching.entries import DerivedEntry, Entry

SLICE_S = 0.05  # then marks have their turn: the next change must not wait
BATCH = 10  # pages that share round trips; so long their leases are held

Wanted = tuple["DerivedEntry[Any]", Arguments]


class PagesAhead:
    """Which pages are to be made, the most wanted last. `complain` is told what goes wrong."""

    def __init__(self, complain: Callable[[Key, Exception], None]) -> None:
        self._complain = complain
        self._changed: set[tuple[Entry[Any], Arguments]] = set()
        self._waiting: list[Wanted] = []

    def changed(self, entry: Entry[Any], arguments: Arguments) -> None:
        """An entry has been rebuilt, or its next reader builds it."""
        if entry.pages_ahead:
            self._changed.add((entry, arguments))

    def make_some(self) -> bool:
        """Makes pages for SLICE_S, or twice as long when they are slow; whether more wait."""
        if not self._changed and not self._waiting:
            return False
        until = time.monotonic() + SLICE_S
        store = current_store()
        with without_waiting():
            self._look_at_demand(store)
            while self._waiting and time.monotonic() < until:
                batch, self._waiting = self._waiting[-BATCH:], self._waiting[:-BATCH]
                self._make_what_can_be(store, batch[::-1], until + SLICE_S)
        return bool(self._waiting)

    def _look_at_demand(self, store: Store) -> None:
        """After another change all begin again: what is there by then is passed over."""
        changed, self._changed = self._changed, set()
        asked: list[tuple[int, DerivedEntry[Any], Arguments]] = []
        for page in {page for entry, _arguments in changed for page in entry.pages_ahead}:
            with suppress(StoreUnavailableError):  # Then visitors make these pages, as ever.
                counts = most_asked(page.name, store)
                asked += [(count, page, arguments) for arguments, count in counts.items()]
        if not asked:
            return
        asked.sort(key=lambda each: each[0])
        self._waiting = [(page, arguments) for _count, page, arguments in asked[-MOST:]]
        for entry, arguments in changed:
            with self._telling(entry, arguments):
                reader.look_again(entry, arguments)

    def _make_what_can_be(self, store: Store, batch: Sequence[Wanted], until: float) -> None:
        """Of several servers one may be away: then those pages are made that do not need it."""
        try:
            self._make(store, batch, until)
        except StoreUnavailableError:
            for wanted in batch if len(batch) > 1 else ():
                with suppress(StoreUnavailableError):
                    self._make(store, [wanted], until)

    def _make(self, store: Store, batch: Sequence[Wanted], until: float) -> None:
        """In three round trips, where all parts can be asked for ahead: for these, for the leases
        of the pages that are not there, and with what was made.

        Raises StoreUnavailableError. Leases that were taken for nothing are given back.
        """
        readings = self._readings_by_slot(store, batch)
        unfilled = set(readings)
        try:
            leased = lease_many(store, [*readings])
            unfilled = set(leased)
            writes = list(self._made(leased, readings, until))
            answers = zip(writes, store.write_many(writes), strict=True)
            unfilled -= {write.key for write, is_stored in answers if is_stored}
        finally:
            for key in unfilled:
                give_back(store, key)

    def _readings_by_slot(self, store: Store, batch: Sequence[Wanted]) -> dict[str, ReadingAhead]:
        """Those whose slots are to be filled."""
        readings: list[ReadingAhead] = []
        ahead: list[str] = []
        for page, arguments in batch:
            with self._telling(page, arguments):
                reading = ReadingAhead(reader, page, arguments)
                ahead += reading.slots_ahead
                readings.append(reading)
        found: dict[str, ReadingAhead] = {}
        with known_ahead(Ahead(store, ahead)):
            for reading in readings:
                with self._telling(reading.entry, reading.arguments):
                    slot = reading.slot_to_fill()
                    found |= {slot: reading} if slot else {}
        return found

    def _made(
        self, leased: Mapping[str, Held], readings: Mapping[str, ReadingAhead], until: float
    ) -> Iterator[Write]:
        """What does not get its turn waits on; one page always does."""
        for number, (slot, ours) in enumerate(leased.items()):
            reading = readings[slot]
            if number and time.monotonic() > until:
                self._waiting.append((reading.derived, reading.arguments))
                continue
            with self._telling(reading.entry, reading.arguments):
                yield from reading.made(ours)

    @contextmanager
    def _telling(self, entry: Entry[Any], arguments: Arguments) -> Iterator[None]:
        """What goes wrong is told, and the next one has its turn. What somebody else builds is his
        affair."""
        try:
            yield
        except (BusyError, StoreUnavailableError):
            pass
        except Exception as error:
            self._complain((entry.name, encode_arguments(arguments)), error)
