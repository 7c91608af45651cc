"""Requests with one query on MySQL: from the pool, on a connection per thread, on a new one each.

Whole requests, with the site's middleware; this module is their urlconf.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from queue import SimpleQueue
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from fantasy.models import League
from kickoff.dbpool import registry
from kickoff.testing.round_trips import counting_proxy

THREADS = 8
CLIENTS = 4  # Half of the threads are busy, any of them: so a node is sized.
BLOCKS = 12  # per call, of each way, in turns: their median is not moved by one slow moment
COUNTED_REQUESTS = 20

WAYS: dict[str, dict[str, Any]] = {
    "pool": {"OPTIONS": {"pool": {"pool_size": THREADS // 2}}},
    "persistent": {"CONN_MAX_AGE": 280, "OPTIONS": {}},
    "new": {"OPTIONS": {}},
}


class Role:
    def __init__(self) -> None:
        settings.ROOT_URLCONF = __name__
        self._handler = WSGIHandler()
        self._environ = RequestFactory(headers={"host": "localhost"}).get("/").environ
        self._pk = League.objects.values_list("pk", flat=True)[0]
        self._site = connections.settings["default"]
        for way in WAYS:
            self._add(way, way)
        self.times(20)

    def times(self, requests: int, clients: int = CLIENTS) -> dict[str, float]:
        """Medians of µs per request and of what they are to each other in the same turn, and the
        connections that took part."""
        times: dict[str, list[float]] = {way: [] for way in WAYS}
        used = dict.fromkeys(WAYS, 0)
        each = max(requests // BLOCKS, 1)
        for _ in range(BLOCKS):
            for way in WAYS:
                elapsed_s, ids = self._block(way, each, clients)
                times[way].append(1e6 * elapsed_s / (THREADS * each))
                used[way] = max(used[way], len(ids))
        return {
            **{f"{way} µs": median(times[way]) for way in WAYS},
            **{f"pool to {way}": ratio(times["pool"], times[way]) for way in ("persistent", "new")},
            **{f"{way} connections": used[way] for way in ("pool", "persistent")},
        }

    def round_trips(self) -> dict[str, float]:
        """Per request, counted on the wire."""
        found = {}
        for way in WAYS:
            with counting_proxy(int(self._site["PORT"])) as proxy:
                alias = f"{way}-through-{proxy.port}"
                self._add(alias, way, PORT=proxy.port)
                with closing(connections[alias]):
                    self._request(alias)
                    before = proxy.round_trips
                    for _ in range(COUNTED_REQUESTS):
                        self._request(alias)
                    found[way] = (proxy.round_trips - before) / COUNTED_REQUESTS
                if way == "pool":
                    registry.close_pool((alias, str(self._site["NAME"])))
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

    def _block(self, way: str, requests: int, clients: int) -> tuple[float, set[int]]:
        """How long the threads took, on which connections. Each has made a request before."""
        used: set[int] = set()
        start, end = threading.Barrier(THREADS + 1), threading.Barrier(THREADS + 1)

        turns: SimpleQueue[None] = SimpleQueue()
        for _ in range(clients):
            turns.put(None)

        def work() -> None:
            self._request(way)
            start.wait()
            for _ in range(requests):
                turns.get()
                used.add(self._request(way))
                turns.put(None)
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
        return elapsed, used

    def _request(self, way: str) -> int:
        """As a web server makes it; the id of the connection."""
        environ = {**self._environ, "PATH_INFO": f"/{way}/{self._pk}", "wsgi.input": BytesIO()}
        response = self._handler(environ, no_start)
        number = int(b"".join(response))
        response.close()
        return number


def no_start(
    status: str, headers: list[tuple[str, str]], error: object = None
) -> Callable[[bytes], object]:
    """Nobody waits for the answer."""
    assert status == "200 OK", status
    return len


def ratio(some: list[float], others: list[float]) -> float:
    return median(one / other for one, other in zip(some, others, strict=True))


def one_query(request: HttpRequest, alias: str, pk: int) -> HttpResponse:
    League.objects.using(alias).get(pk=pk)
    return HttpResponse(connections[alias].connection.thread_id())


urlpatterns = [path("<alias>/<int:pk>", one_query)]
