"""Requests with one query on MySQL: from the pool, on a connection per thread, on a new one each."""

from __future__ import annotations

import threading
from contextlib import closing
from time import perf_counter
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import connections

from fantasy.models import League
from kickoff.testing.round_trips import counting_proxy

THREADS = 8
BLOCKS = 4  # per call, of each way, in turns
COUNTED_REQUESTS = 20

WAYS: dict[str, dict[str, Any]] = {
    # Half as many connections as threads: those wait for each other, if they have to.
    "pool": {"OPTIONS": {"pool": {"pool_size": THREADS // 2}}},
    "persistent": {"CONN_MAX_AGE": 280, "OPTIONS": {}},
    "new": {"OPTIONS": {}},
}


class Role:
    def __init__(self) -> None:
        self._pk = League.objects.values_list("pk", flat=True)[0]
        self._site = connections.settings["default"]
        for way in WAYS:
            self._add(way, way)
        self.times(20)

    def times(self, requests: int) -> dict[str, float]:
        """µs per request and the connections that took part, for each way."""
        seconds = dict.fromkeys(WAYS, 0.0)
        used: dict[str, set[int]] = {way: set() for way in WAYS}
        each = max(requests // BLOCKS, 1)
        for _ in range(BLOCKS):
            for way in WAYS:
                seconds[way] += self._block(way, each, used[way])
        made = BLOCKS * THREADS * each
        return {
            **{f"{way} µs": 1e6 * seconds[way] / made for way in WAYS},
            **{f"{way} connections": len(used[way]) for way in ("pool", "persistent")},
        }

    def round_trips(self) -> dict[str, float]:
        """Per request, counted on the wire."""
        found = {}
        for way in WAYS:
            with counting_proxy(int(self._site["PORT"])) as proxy:
                alias = f"{way} through {proxy.port}"
                self._add(alias, way, PORT=proxy.port)
                with closing(connections[alias]) as connection:
                    self._request(alias)
                    before = proxy.round_trips
                    for _ in range(COUNTED_REQUESTS):
                        self._request(alias)
                    found[way] = (proxy.round_trips - before) / COUNTED_REQUESTS
                if way == "pool":
                    connection.close_pool()
                del connections[alias]
        return found

    def _add(self, alias: str, way: str, **settings: Any) -> None:
        options = {**self._site["OPTIONS"], **WAYS[way]["OPTIONS"]}
        engine = self._site["ENGINE"] if way == "pool" else "django.db.backends.mysql"
        if way != "pool":
            options.pop("pool")
        connections.settings[alias] = {
            **self._site,
            **WAYS[way],
            **settings,
            "ENGINE": engine,
            "OPTIONS": options,
        }

    def _block(self, way: str, requests: int, used: set[int]) -> float:
        """How long the threads took. Each has made a request before the clock starts."""
        start, end = threading.Barrier(THREADS + 1), threading.Barrier(THREADS + 1)

        def work() -> None:
            self._request(way)
            start.wait()
            for _ in range(requests):
                number = self._request(way)
                if way != "new":
                    used.add(number)
            end.wait()
            connections[way].close()

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        start.wait()
        started = perf_counter()
        end.wait()
        elapsed = perf_counter() - started
        for thread in threads:
            thread.join()
        return elapsed

    def _request(self, alias: str) -> int:
        """What Django does around a view that looks up one row; the id of the connection."""
        request_started.send(sender=Role)
        League.objects.using(alias).get(pk=self._pk)
        number: int = connections[alias].connection.thread_id()
        request_finished.send(sender=Role)
        return number
