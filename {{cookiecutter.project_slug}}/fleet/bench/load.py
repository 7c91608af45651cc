"""Load on the node by `wrk`, which runs on the same machine and takes its share of it."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from fleet.bench.probes.watching import ACCEPTED
from fleet.bench.processes import BenchError
from fleet.interruption import held

SCRIPT = Path(__file__).parent / "load.lua"
# A connection that ends is none: with all threads busy Apache closes those that wait for their next
# request, and wrk opens them anew.
FAULTS = ("refused", "timeouts", "unconnected")
STARTS_S = 10.0  # more than it should need beside its own time
CLIENT_TIMEOUT_S = 10
MISSING = "wrk is not installed: install wrk (Debian: apt install wrk)"


@dataclass(frozen=True)
class Load:
    """What clients have got: no errors, none too late. Perhaps none came in time.

    With pauses each answer was a 200; without, wrk tells no 3xx from it.
    """

    requests: int
    per_s: float
    p50_ms: float
    p99_ms: float
    client_us: float = 0.0  # of processor time that wrk takes for a request


@dataclass(frozen=True)
class Target:
    """Where to send it: a host of a server at an address, some of whose paths are asked for."""

    address: str
    port: int
    host: str
    paths: Sequence[str]
    headers: Mapping[str, str] | None = None


class RunningLoad:
    """Clients that ask until their time is over. Gone when the block ends."""

    def __init__(self, target: Target, seconds: int, clients: int, *, pause_ms: int = 0) -> None:
        self._target = target
        self._seconds = seconds
        self._clients = clients
        self._pause_ms = pause_ms

    def __enter__(self) -> RunningLoad:
        self._paths = tempfile.NamedTemporaryFile("w", prefix="kickoff-bench-", suffix=".paths")
        self._paths.write("".join(f"{path}\n" for path in self._target.paths))
        self._paths.flush()
        with held():
            self._process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._paths.close()

    def result(self) -> Load:
        """Waits for its end. Raises BenchError when an answer was not as it should be."""
        before = _used_by_children_s()
        output, _ = self._process.communicate(timeout=self._seconds + CLIENT_TIMEOUT_S + STARTS_S)
        found = load_from(output, self._target)
        used_us = 1e6 * (_used_by_children_s() - before)
        return replace(found, client_us=used_us / max(found.requests, 1))

    def _command(self) -> list[str]:
        target = self._target
        headers = {
            "Host": target.host,
            "Accept-Encoding": ACCEPTED,
            **(target.headers or {}),
        }
        return [
            wrk(),
            "--threads=1",
            f"--connections={self._clients}",
            f"--duration={self._seconds}s",
            f"--timeout={CLIENT_TIMEOUT_S}s",
            f"--script={SCRIPT}",
            *(f"--header={name}: {value}" for name, value in headers.items()),
            f"http://{target.address}:{target.port}/",
            "--",
            self._paths.name,
            str(self._pause_ms),
        ]


def load(target: Target, seconds: int, clients: int, *, pause_ms: int = 0) -> Load:
    """As many clients as that, for so long; each asks as soon as it has its answer, or after a
    pause of random length."""
    with RunningLoad(target, seconds, clients, pause_ms=pause_ms) as running:
        return running.result()


def load_from(output: str, target: Target) -> Load:
    """What wrk has said. BenchError when it failed, or answers did."""
    last = output.rstrip().rpartition("\n")[2]
    if not last.startswith("{"):
        raise BenchError(f"wrk has failed.\n{output[-2000:]}")
    found = json.loads(last)
    bad = {name: found[name] for name in FAULTS if found[name]}
    if bad:
        raise BenchError(f"{target.host}{target.paths[0]} did not answer as it should: {bad}")
    return Load(
        requests=found["requests"],
        per_s=found["requests"] / (found["duration_us"] / 1e6),
        p50_ms=found["p50_us"] / 1e3,
        p99_ms=found["p99_us"] / 1e3,
    )


def _used_by_children_s() -> float:
    """The processor time of those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wrk() -> str:
    """Its path. BenchError when it is not installed."""
    if found := shutil.which("wrk"):
        return found
    raise BenchError(MISSING)
