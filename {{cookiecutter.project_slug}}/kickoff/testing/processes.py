"""A server as a child process of the tests: started, frozen, killed and gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

START_LIMIT_S = 30.0  # MariaDB needs 2 s on an idle machine.
STOP_LIMIT_S = 10.0
SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"]  # Not in everybody's PATH.


class ServerProcess:
    """Runs `command` in `folder`, as an unprivileged user when the tests run as root.

    Ends only the process that it started, by its id. It has a session of its own: Ctrl-C is for
    whoever started it, who ends it.
    """

    stop_limit_s = STOP_LIMIT_S  # Then it is killed.

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        """Does it do its work by now?"""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str] | None:
        """Its variables; None for those of this process."""
        return None

    def privileges(self) -> dict[str, Any]:
        """Arguments for subprocess that say as whom it runs."""
        return as_unprivileged_user()

    @property
    def working_folder(self) -> Path:
        return self.folder

    @property
    def pid(self) -> int:
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Started, and neither stopped nor gone by itself. A frozen one runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def has_failed(self) -> bool:
        """It has ended by itself, and not well."""
        return self._process is not None and bool(self._process.poll())

    def log(self) -> str:
        """What it said since it was started."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Starts and waits until it answers; RuntimeError with its last words when it ends."""
        with (self.folder / "log").open("wb") as output:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.working_folder,
                env=self.environment(),
                start_new_session=True,
                **self.privileges(),
            )
        give_up_at = time.monotonic() + START_LIMIT_S
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                self.kill()
                words = self.log()[-2000:]
                raise RuntimeError(f"{self.command()[0]} did not start:\n{words}")
            time.sleep(0.01)

    def stop(self) -> None:
        """The gentle way: SIGTERM."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As when the power fails: SIGKILL."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Another process at the same address."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """It keeps its connections and accepts new ones, but never answers: SIGSTOP."""
        self._send(self.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)  # Until its last thread stands still.

    def thaw(self) -> None:
        self._send(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        with suppress(ProcessLookupError):
            self._send(process.pid, how)
            self._send(process.pid, signal.SIGCONT)  # Frozen, it would not hear of it.
        try:
            process.wait(self.stop_limit_s)
        except subprocess.TimeoutExpired:
            self._send(process.pid, signal.SIGKILL)
            process.wait()

    def _send(self, pid: int, what: signal.Signals) -> None:
        os.kill(pid, what)


def program(*names: str, package: str) -> str:
    """The path of the first program that is installed.

    Else the test is skipped; with CI=true it fails, because there nobody reads about skips.
    """
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    for name in names:
        if found := shutil.which(name, path=path):
            return found
    reason = f"{names[0]} is not installed: install {package} (Debian: apt install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def server_folder() -> Path:
    """A new folder that the server's user owns. Its path is short: sockets allow 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="kickoff-"))
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def as_unprivileged_user() -> dict[str, Any]:
    """Arguments for subprocess: servers refuse to run as root, and should not."""
    user = _unprivileged_user()
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port at this address that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "mysql"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Run the tests as an ordinary user: root needs the user nobody for servers.")
