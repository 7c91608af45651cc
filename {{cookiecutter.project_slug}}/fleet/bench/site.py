"""A site of the bench: a database, a store, and processes that use them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fleet.bench.processes import Child, Probe
from fleet.interruption import held
from kickoff.testing.servers import MemcachedProcess

# What memcached counts by itself: each command that reads, stores or deletes.
STORE_COMMANDS = ["cmd_get", "cmd_set", "delete_hits", "delete_misses"]


@dataclass(frozen=True)
class Site:
    """A database and a store, and processes of the site that use them. They end with the world."""

    name: str
    leagues: int
    environment: dict[str, str]
    folder: Path
    store: MemcachedProcess | None  # None: embedded
    _stack: ExitStack

    def probe(self, role: str) -> Probe:
        """A new process; returns when it is ready."""
        return self.probes(role, 1)[0]

    def probes(self, role: str, count: int) -> list[Probe]:
        log = self.folder / f"{self.name}-{role}.log"
        with held():
            started = [Probe(role, self.environment, log) for _ in range(count)]
            for probe in started:
                self._stack.callback(probe.end)
        for probe in started:
            probe.answer()
        return started

    @cached_property
    def refresher(self) -> Child:
        """`refresh_cache`, running from the first time that someone asks for it."""
        return self._child("refresher", "-m", "fleet.bench.probes.refresher", str(self._builds))

    def sleeper(self, pause_s: float) -> Child:
        """A process that does nothing but wake up, again and again."""
        return self._child("sleeper", "-c", f"import time\nwhile True: time.sleep({pause_s})")

    def _child(self, name: str, *arguments: str) -> Child:
        log = self.folder / f"{self.name}-{name}.log"
        with held():
            process = Child([*arguments], self.environment, log)
            self._stack.callback(process.end)
        return process

    def builds_by_refresher(self, entry: str) -> int:
        """How often its refresher has called the builder of this entry until now."""
        return self._builds.read_text().splitlines().count(entry)

    @property
    def _builds(self) -> Path:
        return self.folder / f"{self.name}-builds"

    def store_commands(self) -> int:
        """How many commands its memcached has done until now."""
        assert self.store is not None
        return sum(self.store.stat(name) for name in STORE_COMMANDS)
