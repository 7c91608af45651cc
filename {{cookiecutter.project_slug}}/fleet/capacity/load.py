"""Visitors of the fleet: wrk, with prepared requests in turn."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fleet.interruption import held
from fleet.up.errors import FleetError
from kickoff.testing.processes import program

# Each connection sends the next request of the list when it has its answer, after a pause if there
# is one. At the end the counts are printed as one line of JSON.
SCRIPT = """
local requests, turn, think_ms = {%s}, %d, %d
request = function()
  turn = turn %% #requests + 1
  return requests[turn]
end
if think_ms > 0 then delay = function() return think_ms end end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%%d,"bytes":%%d,"us":%%d,"median_us":%%f,"errors":'
    .. '{"not connected":%%d,"cut off":%%d,"not sent":%%d,"status from 400":%%d,"too late":%%d}}'
    .. '\\n', summary.requests, summary.bytes, summary.duration, latency:percentile(50),
    e.connect, e.read, e.write, e.status, e.timeout))
end
"""


@dataclass(frozen=True)
class Request:
    """As it goes over the wire. An answer from 400 up is an error."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def text(self, host: str) -> str:
        method = "POST" if self.body else "GET"
        headers = {"Host": host, **self.headers}
        if self.body:
            headers["Content-Length"] = str(len(self.body.encode()))
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{method} {self.path} HTTP/1.1\r\n{lines}\r\n{self.body}"


@dataclass(frozen=True)
class Answers:
    """What the visitors got."""

    requests: int
    seconds: float
    response_ms: float  # the median: a slow answer or two are the machine's, not the page's
    sent_kb: float  # on average
    client_cpu_s: float  # of wrk itself

    @property
    def per_s(self) -> float:
        return self.requests / self.seconds


def send(
    port: int,
    host: str,
    requests: Sequence[Request],
    *,
    clients: int,
    seconds: int,
    think_ms: int = 0,
) -> Answers:
    """So many clients ask HAProxy for so long. FleetError when an answer is an error."""
    texts = ",".join(_lua_string(request.text(host)) for request in requests)
    with _script(SCRIPT % (texts, 0, think_ms)) as script:
        command = [
            program("wrk", package="wrk"),
            *("--threads", "1", "--connections", str(clients), "--duration", f"{seconds}s"),
            *("--timeout", "10s", "--script", str(script), f"http://127.0.0.1:{port}"),
        ]
        output, cpu_s = _run(command)
    found = json.loads(output.splitlines()[-1])
    errors = [f"{count} {kind}" for kind, count in found["errors"].items() if count]
    if not found["requests"]:
        errors.append("none came")
    if errors:
        paths = ", ".join(sorted({request.path for request in requests})[:3])
        raise FleetError(
            f"Of {found['requests']} answers for {paths} not all were right: {', '.join(errors)}."
        )
    return Answers(
        requests=found["requests"],
        seconds=found["us"] / 1e6,
        response_ms=found["median_us"] / 1000,
        sent_kb=found["bytes"] / found["requests"] / 1024,
        client_cpu_s=cpu_s,
    )


def _run(command: Sequence[str]) -> tuple[str, float]:
    """What it prints, and the processor time that it took."""
    with held():
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )
    assert process.stdout is not None
    try:
        output = process.stdout.read().decode()
    except BaseException:
        process.kill()
        process.wait()
        raise
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or not output.splitlines()[-1].startswith("{"):
        raise FleetError(f"wrk failed.\n{output[-2000:]}")
    return output, usage.ru_utime + usage.ru_stime


def _lua_string(text: str) -> str:
    """Every byte by its number: Lua knows other escapes than Python."""
    return '"' + "".join(f"\\{byte:03d}" for byte in text.encode()) + '"'


@contextmanager
def _script(text: str) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        yield Path(file.name)
