"""The servers of the fleet, each with its file of deploy/: the same class as in its tests, with
the real site."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fleet.up.errors import FleetError
from fleet.up.python import identity
from kickoff.testing.apache import ApacheProcess
from kickoff.testing.haproxy import HAProxyProcess
from kickoff.testing.http import Answer, ask
from kickoff.testing.processes import ServerProcess, free_port
from kickoff.testing.servers import MemcachedProcess
from kickoff.tuning.files import WrittenFile, memcached_arguments, memcached_file
from kickoff.tuning.fleet import Fleet, MemcachedServer, Node

Files = Mapping[str, WrittenFile]
NOTHING_FREE = Path("/proc")  # what it says of itself when it is asked as a disk
BARE = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}  # As systemd has it.


class Balancer(HAProxyProcess):
    """HAProxy at `port` of 127.0.0.1; `tell` speaks to its admin socket, `socket`."""

    @property
    def url(self) -> str:
        return f"http://{self.fleet.site.domain}:{self.port}"

    def environment(self) -> Mapping[str, str]:
        return BARE

    def _moved(self, text: str, ports: Mapping[str, int]) -> str:
        return without_tls(super()._moved(text, ports))


class Cache(MemcachedProcess):
    """A memcached of the fleet at its address."""

    def __init__(self, folder: Path, shape: Fleet, server: MemcachedServer, files: Files) -> None:
        super().__init__(folder)
        self.name = server.name
        self.host = server.address
        self.port = free_port(self.host)
        words = memcached_arguments(files[memcached_file(shape, server)].text)
        user = words.index("-u")
        del words[user : user + 2]
        words[words.index("-p") + 1] = str(self.port)
        self._arguments = words

    def command(self) -> Sequence[str]:
        return [self._program, *self._arguments]


class WebNode(ApacheProcess):
    """Apache and its daemon processes with the site. `release` is a link to the one it serves."""

    stop_limit_s = 35  # TimeoutStopSec of its unit

    def __init__(self, folder: Path, shape: Fleet, node: Node, release: Path) -> None:
        self.node = self.name = node.name
        self.address = node.address
        self.host = f"{node.name}.{shape.site.domain}"  # its direct host
        self._first_release = release
        super().__init__(folder, shape, "apache/site.conf")

    def install_release(self) -> None:
        self.release.symlink_to(self._first_release)
        self._watched.symlink_to(self.logs)

    def switch_to(self, release: Path) -> None:
        """From its next start on it serves this one."""
        _lead(self.release, release)

    def find_no_space(self) -> None:
        """It looks at a disk that is full, where it looked at that of its logs: it is not ready."""
        _lead(self._watched, NOTHING_FREE)

    def find_space(self) -> None:
        """As it was."""
        _lead(self._watched, self.logs)

    @property
    def variables(self) -> dict[str, str]:
        """What is its own in the environment, for manage.py on this node."""
        return {
            "NODE_NAME": self.name,
            "DRAIN_FILE": str(self.drain_file),
            "HEALTH_FOLDERS": str(self._watched),
        }

    @property
    def _watched(self) -> Path:
        return self.folder / "watched"

    @property
    def daemon_pids(self) -> list[int]:
        """The processes that run Python."""
        children = self.children().items()
        return [pid for pid, (command, _) in children if command.startswith("(wsgi:")]

    @property
    def is_draining(self) -> bool:
        return self.drain_file.exists()

    def direct(self, path: str = "/", **how: Any) -> Answer:
        """As somebody of our networks asks this node, past HAProxy."""
        return ask(self.port, path, host=self.host, address=self.address, **how)

    def answers(self) -> bool:
        """Python does: ready, or 404 because it drains."""
        try:
            return self.get("/readyz").status in {200, 404}
        except OSError:
            return False

    def stop(self) -> None:
        """As its unit: SIGWINCH, so that requests finish; then nothing of it is left."""
        self._end(signal.SIGWINCH)

    def command(self) -> Sequence[str]:
        return [*identity().prefix, *super().command()]

    def environment(self) -> Mapping[str, str]:
        return {**BARE, **self.variables}

    def privileges(self) -> dict[str, Any]:
        return identity().arguments

    def _moved(self, text: str) -> str:
        return without_tls(super()._moved(text))


class ManageProcess(ServerProcess):
    """`manage.py` with these arguments in a release, until it is ended."""

    def __init__(
        self, folder: Path, release: Path, variables: Mapping[str, str], *arguments: str
    ) -> None:
        super().__init__(folder)
        self._release = release
        self._variables = variables
        self._arguments = arguments

    def command(self) -> Sequence[str]:
        python = str(self._release / ".venv" / "bin" / "python")
        return [*identity().prefix, python, "manage.py", *self._arguments]

    def answers(self) -> bool:
        return True

    def finish(self) -> None:
        """Waits for its end; FleetError with its last words when it failed."""
        assert self._process is not None, "not started"
        if self._process.wait():
            words = self.log()[-3000:]
            raise FleetError(f"manage.py {' '.join(self._arguments)} failed.\n{words}")

    def environment(self) -> Mapping[str, str]:
        return {**BARE, **self._variables}

    def privileges(self) -> dict[str, Any]:
        return identity().arguments

    @property
    def working_folder(self) -> Path:
        return self._release


class Refresher(ManageProcess):
    """What systemd/refresher.service starts, on the node of this name."""

    def __init__(
        self, folder: Path, node: WebNode, variables: Mapping[str, str], unit: str
    ) -> None:
        (line,) = re.findall(r"(?m)^ExecStart=(.*)$", unit)
        _, script, *arguments = shlex.split(line)
        assert script == "manage.py", line
        super().__init__(folder, node.release, {**variables, **node.variables}, *arguments)
        self.name = node.name


def _lead(link: Path, target: Path) -> None:
    """At once, so that nobody finds no link."""
    following = link.with_name(f"{link.name}.next")
    following.symlink_to(target)
    following.replace(link)


def without_tls(text: str) -> str:
    """Visitors come by plain HTTP here, so nobody may say that it was HTTPS."""
    return text.replace("X-Forwarded-Proto https", "X-Forwarded-Proto http")
