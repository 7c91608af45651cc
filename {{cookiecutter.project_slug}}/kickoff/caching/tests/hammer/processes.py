"""The processes of a hammer as their test sees them."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[4]
ANSWER_LIMIT_S = 30.0


class Worker:
    """A process that is told what to do: `tell`, and `answer` when it is done; `ask` is both."""

    def __init__(self, role: str, folder: Path, environment: dict[str, str]) -> None:
        self._log = folder / f"{role}.log"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kickoff.caching.tests.hammer.worker", role, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=PROJECT,
                env=environment,
            )

    def tell(self, *command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self, limit_s: float = ANSWER_LIMIT_S) -> Any:
        """AssertionError with its last words when the process ends or takes too long."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            line = self._process.stdout.readline() if selector.select(limit_s) else b""
        assert line, f"No answer.\n{self._log.read_text()[-3000:]}"
        return json.loads(line)

    def ask(self, *command: Any) -> Any:
        self.tell(*command)
        return self.answer()

    def kill(self) -> None:
        """SIGKILL, and its pipes closed."""
        self._process.kill()
        self._process.communicate()


class Hammer:
    """Processes that share a database and a store."""

    def __init__(self, folder: Path, database_url: str, cache_url: str, **environment: str) -> None:
        self.folder = folder
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kickoff.caching.tests.hammer.settings",
            "TEST_DATABASE_URL": database_url,
            "TEST_CACHE_URL": cache_url,
            **environment,
        }
        self._workers: list[Worker] = []

    def worker(self, role: str) -> Worker:
        return self.workers(role, 1)[0]

    def workers(self, role: str, count: int) -> list[Worker]:
        """Started together; returns when all are ready."""
        started = [Worker(role, self.folder, self._environment) for _ in range(count)]
        self._workers += started
        for worker in started:
            assert worker.answer() == "ready"
        return started

    def builds(self, since: float = 0) -> list[tuple[str, tuple[Any, ...]]]:
        """The builds in all processes: entry and arguments, in order."""
        found = []
        log = self.folder / "builds"
        for line in log.read_text().splitlines() if log.exists() else ():
            at, name, arguments = line.split(" ", 2)
            if float(at) >= since:
                found.append((name, tuple(json.loads(arguments))))
        return found

    def end(self) -> None:
        for worker in self._workers:
            worker.kill()


@contextmanager
def hammering(
    folder: Path, database_url: str, cache_url: str, **environment: str
) -> Iterator[Hammer]:
    hammer = Hammer(folder, database_url, cache_url, **environment)
    try:
        yield hammer
    finally:
        hammer.end()
