"""A refresher, as `manage.py refresh_cache` runs it."""

from __future__ import annotations

from threading import Event, Thread

from django.db import connection

from kickoff.caching.leadership import Leadership
from kickoff.caching.refresher import Refresher, Shard


class Refreshing:
    def __init__(self) -> None:
        self._stopping = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> bool:
        """Whether it had worked until now."""
        worked = self._thread.is_alive()
        self._stopping.set()
        self._thread.join()
        return worked

    def _run(self) -> None:
        shard = Shard()
        Refresher(shard, Leadership(str(shard))).run(self._stopping.is_set)
        connection.close()
