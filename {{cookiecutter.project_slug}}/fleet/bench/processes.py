"""The processes of a run: probes that answer questions, and refreshers."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fleet.commands import completed

PROJECT = Path(__file__).parents[2]
STOP_LIMIT_S = 10.0


class BenchError(Exception):
    """The bench cannot go on; the message says why, for whoever started it."""


class Child:
    """A Python process of the project. What it says besides its answers goes to a log."""

    def __init__(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> None:
        self._arguments = arguments
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=PROJECT,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the bench, which ends its processes.
            )

    def cpu_s(self) -> float:
        """The processor time that it has used until now, in steps of 10 ms."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        # The name in brackets may hold blanks; user and system time are fields 14 and 15.
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """SIGTERM, and SIGKILL when that does not help."""
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.communicate()

    def last_words(self) -> str:
        return self._log.read_text(errors="replace")[-3000:]


class Probe(Child):
    """A process that is told what to measure: `tell`, and `answer` when it is done."""

    def __init__(self, role: str, environment: Mapping[str, str], log: Path) -> None:
        super().__init__(["-m", "fleet.bench.probes", role], environment, log)

    def tell(self, *command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self, limit_s: float = 60.0) -> Any:
        """Raises BenchError when it has ended, or takes longer than that."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            line = self._process.stdout.readline() if selector.select(limit_s) else b""
        if not line:
            raise BenchError(f"{' '.join(self._arguments)} gave no answer.\n{self.last_words()}")
        return json.loads(line)

    def ask(self, *command: Any, limit_s: float = 60.0) -> Any:
        self.tell(*command)
        return self.answer(limit_s)


def manage(arguments: list[str], environment: Mapping[str, str]) -> None:
    """Runs a management command to its end; BenchError when it fails."""
    done = completed([sys.executable, "manage.py", *arguments], PROJECT, environment)
    if done.returncode:
        raise BenchError(f"manage.py {' '.join(arguments)} failed.\n{done.stderr[-3000:]}")
