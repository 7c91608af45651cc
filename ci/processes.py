"""Child processes that never outlive this one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from checkout import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import FrameType, TracebackType

STOP_TIMEOUT_S = 5.0  # between asking a process to end and ending it
FOREIGN = {"ENV_FILE", "TEST_DATABASE_URL", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Ctrl-C, or a signal that asks this process to end."""


class Processes:
    """Starts processes, each with a group of its own, and ends all groups on leaving `with`.

    A signal only leaves a note, which `pause` and `wait` read: so nothing is cut off between
    starting a process and knowing of it, and no second Ctrl-C cuts the cleaning up short.
    """

    def __init__(self, **variables: str) -> None:
        """All of them see these environment variables."""
        self._variables = variables
        self._started: list[subprocess.Popen[bytes]] = []
        self._stop_asked = False

    def __enter__(self) -> Self:
        self._handlers = {number: signal.signal(number, self._note) for number in STOP_SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._started):
            end_group(process)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._stop_asked = True

    def start(
        self, command: Sequence[Path | str], cwd: Path, log: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start it in a clean environment; what it prints goes to `log`, else to the terminal."""
        output = log.open("wb") if log else None
        try:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=clean_environment() | self._variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )
        finally:
            if output:
                output.close()
        self._started.append(process)
        return process

    def wait(self, process: subprocess.Popen[bytes]) -> int:
        while (code := process.poll()) is None:
            self.pause(0.05)
        return code

    def pause(self, seconds: float) -> None:
        """Sleep, or raise Stopped if this process is asked to end."""
        end = time.monotonic() + seconds
        while not self._stop_asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        if self._stop_asked:
            raise Stopped


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Ask every process of the group to end, wait for the first, end what is left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_TIMEOUT_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def clean_environment() -> dict[str, str]:
    """Ours, without what would steer a generated project: its own variables, Django's, Python's."""
    example = (TEMPLATE / ".env.example").read_text(encoding="utf-8")
    own = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    return {
        name: value
        for name, value in os.environ.items()
        if name not in own | FOREIGN and not name.startswith(("DJANGO_", "PYTEST_"))
    }
