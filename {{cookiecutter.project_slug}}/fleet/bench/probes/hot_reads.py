"""Reads a hot page over and over, and by its side the least that could give the same."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import TypeVar

import msgspec
from django.conf import settings
from pymemcache.client.base import Client

from fantasy.entries import LeagueReads
from fantasy.models import League
from fantasy.pages import LeaguePage, Roster
from kickoff.caching.entries import Entry
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import reader
from kickoff.caching.stores.urls import memcached_servers

V = TypeVar("V")

READS_AT_ONCE = 1_000  # of those that are too short for the clock


class Role:
    def __init__(self) -> None:
        league = League.objects.first()
        assert league is not None
        self._pk = league.pk
        (server,) = memcached_servers(settings.CACHE_URL)
        self._client = Client(server, no_delay=True)
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
        kinds: dict[str, Callable[[], object]] = {
            "page µs": lambda: League.cached.page(pk),
            "bare page µs": self._bare_page,
            "roster µs": lambda: League.cached.roster(pk),
            "bare roster µs": self._bare_roster,
        }
        times: dict[str, list[float]] = {name: [] for name in kinds}
        for _ in range(reads):
            for name, read in kinds.items():
                reader.memory.forget()
                started = perf_counter()
                read()
                times[name].append(perf_counter() - started)
        found = {name: 1e6 * median(seconds) for name, seconds in times.items()}
        return {**found, "store reads for a page": self._store_reads()}

    def _store_reads(self) -> int:
        reader.memory.forget()
        with observed_reads() as reads:
            League.cached.page(self._pk)
        assert not [read for read in reads if read.source is Source.BUILT], "not hot"
        return sum(read.source is Source.STORE for read in reads)

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
