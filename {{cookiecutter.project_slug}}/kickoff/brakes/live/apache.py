"""The processes that Apache runs on this machine, or what its server-status says."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from kickoff.brakes.answers import SilentError
from kickoff.brakes.configuration import Configuration
from kickoff.brakes.values import NotFoundError, Value

LIMIT_S = 2.0
PROCESSES = Path("/proc")


def ask(site: Configuration, url: str) -> list[Value[object]]:
    return _by_status(site, url) if url else _by_processes(site)


def _by_status(site: Configuration, url: str) -> list[Value[object]]:
    """All threads are started at once: busy and idle ones together are MaxRequestWorkers."""
    if not url.startswith(("http://", "https://")):
        raise SilentError(f"{url} is no URL such as http://127.0.0.1/server-status.")
    try:
        with urlopen(f"{url}?auto", timeout=LIMIT_S) as answer:
            text = answer.read().decode()
    except (URLError, OSError) as error:
        raise SilentError(f"Apache's server-status did not answer: {error}") from error
    stats = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    try:
        threads = int(stats["BusyWorkers"]) + int(stats["IdleWorkers"])
    except (KeyError, ValueError) as error:
        raise SilentError(f"{url} is no server-status.") from error
    return _pair(site.apache.whole("MaxRequestWorkers"), "threads", threads, url)


def _by_processes(site: Configuration) -> list[Value[object]]:
    """The children of the process in Apache's PidFile, told apart by their names."""
    try:
        file = Path(site.apache.text("PidFile").value)
        parent = int(file.read_text())
    except (NotFoundError, OSError, ValueError) as error:
        raise SilentError(
            f"No Apache of this configuration runs here ({error}). --server-status URL asks one."
        ) from error
    commands = [command for pid, command in _children(parent)]
    if not commands:
        raise SilentError(f"The process {parent} of {file} has no children.")
    daemons = sum("wsgi:" in command for command in commands)
    where = f"children of process {parent} (running)"
    found = _pair(site.apache.whole("StartServers"), "children", len(commands) - daemons, where)
    if not site.apache.is_embedded:
        found += _pair(site.apache.processes, "daemon processes", daemons, where)
    return found


def _children(parent: int) -> list[tuple[int, str]]:
    found = list[tuple[int, str]]()
    for folder in PROCESSES.glob("[0-9]*"):
        try:
            # Behind the name in brackets: the state, then the parent.
            state = (folder / "stat").read_text().rpartition(") ")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has ended meanwhile
        if int(state[1]) == parent and "rotatelogs" not in command:
            found.append((int(folder.name), command))
    return found


def _pair(written: Value[int], name: str, running: int, where: str) -> list[Value[object]]:
    if written.value == running:
        return []
    return [
        Value[object](written.name, written.value, written.where),
        Value[object](name, running, where),
    ]
