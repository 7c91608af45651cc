"""Clients in threads that ask for the same page at the same moment."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

from django.db import connection

from fantasy.models import League
from kickoff.caching.observing import Source, observed_reads
from kickoff.caching.reading import BusyError, reader


class Role:
    def __init__(self) -> None:
        league = League.objects.first()
        assert league is not None
        self._pk = league.pk

    def read_at(self, threads: int, at: float) -> list[dict[str, Any]]:
        """For each client the keys that it has built, when it had its answer, and whether it was
        turned away."""
        reader.memory.forget()
        answers: list[dict[str, Any]] = []
        clients = [Thread(target=self._read, args=(at, answers)) for _ in range(threads)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        return answers

    def _read(self, at: float, answers: list[dict[str, Any]]) -> None:
        time.sleep(max(0.0, at - time.monotonic()))
        busy = False
        with observed_reads() as reads:
            try:
                League.cached.page(self._pk)
            except BusyError:
                busy = True
        built = [f"{r.entry}{r.arguments}" for r in reads if r.source is Source.BUILT]
        answers.append({"built": built, "busy": busy, "at": time.monotonic()})
        connection.close()
