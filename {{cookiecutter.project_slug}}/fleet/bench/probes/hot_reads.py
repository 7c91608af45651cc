"""Reads a hot page over and over, and by its side the least that could give the same."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import TypeVar

import msgspec
from pymemcache.client.base import Client

from fantasy.entries import LeagueReads
from fantasy.models import League
from fantasy.pages import LeaguePage, Roster
from kickoff.caching.entries import Entry
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import reader
from kickoff.caching.runtime import current_store
from kickoff.caching.stores.memcached import MemcachedStore

V = TypeVar("V")

EXPIRED_S = 60.0
READS_AT_ONCE = 1_000  # of those that are too short for the clock


def connection_of_the_store() -> Client:
    """A plain client of pymemcache, on the very connection that the site uses: a get takes 10 or
    90 µs on another one, as the thread of memcached that serves it sits on this core or not."""
    store = current_store()
    assert isinstance(store, MemcachedStore)
    (server,) = store._servers.values()
    assert server._kept.connection is not None, "something was read"
    return server._kept.connection


class Role:
    def __init__(self) -> None:
        self._pk, self._other_pk = League.objects.values_list("pk", flat=True)[:2]
        League.cached.page(self._pk)
        self._client = connection_of_the_store()
        self._bare_page = self._bare(LeagueReads.page, LeaguePage)
        self._bare_roster = self._bare(LeagueReads.roster, Roster)

    def _bare(self, entry: Entry[V], value_type: type[V]) -> Callable[[], V]:
        """A get and the decoding of the same bytes, and nothing else."""
        payload = entry.encode(entry.read(self._pk))
        self._client.set(f"bench:{entry.name}", payload)
        get, key = self._client.get, f"bench:{entry.name}"
        decode = msgspec.msgpack.Decoder(value_type).decode
        return lambda: decode(get(key))

    def from_store(self, reads: int) -> dict[str, float]:
        """Medians in µs, each kind of read in turn."""
        pk = self._pk
        page = partial(League.cached.page, pk)
        kinds: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "page µs": (self._know_other_leagues, page),
            "expired page µs": (self._know_all_for_too_long, page),
            "first page µs": (self._know_nothing, page),
            "bare page µs": (self._know_nothing, self._bare_page),
            "roster µs": (self._know_nothing, partial(League.cached.roster, pk)),
            "bare roster µs": (self._know_nothing, self._bare_roster),
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(reads):
            for name, (prepare, read) in kinds.items():
                prepare()
                started = perf_counter()
                read()
                times[name].append(perf_counter() - started)
        found = {name: 1e6 * median(seconds) for name, seconds in times.items()}
        return {**found, **self._store_reads()}

    def _know_nothing(self) -> None:
        reader.memory.forget()

    def _know_other_leagues(self) -> None:
        """What all leagues share is known, from a moment ago; of this one nothing."""
        self._know_nothing()
        League.cached.page(self._other_pk)

    def _know_all_for_too_long(self) -> None:
        self._know_nothing()
        League.cached.page(self._pk)
        for value in reader.memory._values.values():
            value.known_at -= EXPIRED_S

    def _store_reads(self) -> dict[str, float]:
        """How many values come from the store."""
        counts: dict[str, float] = {}
        for name, prepare in [
            ("store reads for a page", self._know_other_leagues),
            ("store reads for an expired page", self._know_all_for_too_long),
            ("store reads for the first page", self._know_nothing),
        ]:
            prepare()
            with observed_reads() as reads:
                League.cached.page(self._pk)
            assert not [read for read in reads if read.source is Source.BUILT], "not hot"
            counts[name] = sum(read.source is Source.STORE for read in reads)
        return counts

    def from_memory(self, reads: int) -> dict[str, float]:
        """Medians in µs of blocks of reads; each block begins with a fresh memory."""
        names = {"League": League, "pk": self._pk, "values": {self._pk: League.cached}}
        page = timeit.Timer("League.cached.page(pk)", globals=names)
        lookup = timeit.Timer("values[pk]", globals=names)
        times: dict[str, list[float]] = {"page µs": [], "dict µs": []}
        for _ in range(max(reads // 20, 10)):
            reader.memory.forget()
            League.cached.page(self._pk)
            times["page µs"].append(page.timeit(READS_AT_ONCE))
            times["dict µs"].append(lookup.timeit(READS_AT_ONCE))
        return {name: 1e6 * median(seconds) / READS_AT_ONCE for name, seconds in times.items()}
