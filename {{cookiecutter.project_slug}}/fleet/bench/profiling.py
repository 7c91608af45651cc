"""Where the time goes in a row that misses what is required: py-spy looks at a process of the site,
which is under the same load as when it was measured."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fleet.bench.load import RunningLoad, Target

PROFILED_S = 4
PER_S = 500
CLIENTS = 16
MOST_SHOWN = 8
SITE = ("accounts", "config", "fantasy", "kickoff")

_FRAME = re.compile(r"(?P<function>[^ ]+) \((?P<file>[^:)]+)")


@dataclass(frozen=True)
class Profile:
    """Shares of the time in which the process was at work."""

    by_package: Mapping[str, float]  # whose code it was in
    by_function: Mapping[str, float]  # of the site: in it, and in what it called

    def __str__(self) -> str:
        return (
            f"py-spy, {PROFILED_S} s of a process under this load. By the package whose code ran: "
            f"{_listed(self.by_package)}. In functions of the site, with what they called: "
            f"{_listed(self.by_function)}."
        )


def profiled(
    pid: int,
    target: Target,
    clients: int = CLIENTS,
    pause_ms: int = 0,
    begin: Callable[[], object] = lambda: None,
) -> str:
    """A profile of this process of the site while clients ask for that, or why there is none.

    `begin` is called when they have begun, before anything is recorded.
    """
    program = shutil.which("py-spy", path=f"{Path(sys.executable).parent}:{os.defpath}")
    if program is None:
        return "There is no profile: py-spy is not installed."
    with RunningLoad(target, PROFILED_S + 2, clients, pause_ms=pause_ms) as running:
        begin()
        seen = subprocess.run(
            [
                *(program, "record", "--pid", str(pid), "--duration", str(PROFILED_S)),
                *("--rate", str(PER_S), "--format", "raw", "--output", "/dev/stdout"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
        )
        running.result()
    stacks = [line for line in seen.stdout.splitlines() if line.rpartition(" ")[2].isdigit()]
    if seen.returncode or not stacks:
        last = seen.stderr.strip().rpartition("\n")[2]
        return f"There is no profile: py-spy cannot look at the process. {last}".rstrip()
    return str(profile_of(stacks))


def profile_of(stacks: Iterable[str]) -> Profile:
    """From lines like `outer (a.py:1);inner (b.py:2) 17`."""
    total, packages, functions = 0, Counter[str](), Counter[str]()
    for stack in stacks:
        frames, _, count = stack.rpartition(" ")
        found = [frame.groupdict() for frame in map(_FRAME.match, frames.split(";")) if frame]
        if not found:
            continue
        total += int(count)
        packages[_package(found[-1]["file"])] += int(count)
        for function in {
            f"`{frame['function']}` of {frame['file']}"
            for frame in found
            if frame["file"].startswith(tuple(f"{app}/" for app in SITE))
        }:
            functions[function] += int(count)
    return Profile(_shares(packages, total), _shares(functions, total))


def _package(file: str) -> str:
    """`kickoff/caching/reading.py` is of kickoff.caching, `socket.py` of Python itself."""
    folders = file.split("/")[:-1]
    if not folders:
        return "Python"
    return ".".join(folders[:2] if folders[0] in SITE else folders[:1])


def _shares(counted: Counter[str], total: int) -> dict[str, float]:
    return {name: count / total for name, count in counted.most_common(MOST_SHOWN)}


def _listed(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares.items())
