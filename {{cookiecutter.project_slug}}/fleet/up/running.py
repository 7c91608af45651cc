"""The fleet while it runs: its parts by name, in the order in which they start."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fleet.commands import completed
from fleet.interruption import held
from fleet.up.errors import FleetError
from fleet.up.folder import fleet_folder
from fleet.up.python import check_packages, identity
from fleet.up.release import PROJECT, make_release
from fleet.up.servers import BARE, Balancer, Cache, ManageProcess, Refresher, WebNode
from fleet.up.shape import local_fleet
from fleet.up.site import SiteEnvironment
from kickoff.testing.mariadb import TunedMariaDBProcess
from kickoff.testing.processes import ServerProcess
from kickoff.tuning.files import tuned_files

Say = Callable[[str], None]


@dataclass(frozen=True)
class FleetSettings:
    """What is asked of a fleet. Without a port it takes a free one; without a folder a temporary
    one, which goes with it."""

    port: int | None = None
    folder: Path | None = None  # new or empty; it stays, with the logs
    leagues: int = 20
    speed: float | None = 60.0  # of the live match day; None: nothing is played


class RunningFleet:
    """Each server has start, stop, kill, restart, freeze, thaw, pid, is_running, log, and its own
    address: see `fleet.up.servers`."""

    mariadb: TunedMariaDBProcess
    memcacheds: list[Cache]
    nodes: list[WebNode]
    refreshers: list[Refresher]
    haproxy: Balancer
    replay: ManageProcess | None = None

    def __init__(self, folder: Path, settings: FleetSettings, say: Say) -> None:
        self.folder = folder
        self.settings = settings
        self.shape = local_fleet()
        self.files = {file.name: file for file in tuned_files(self.shape)}
        self._say = say
        self._servers: list[ServerProcess] = []

    @property
    def url(self) -> str:
        """Where visitors come in. A direct host has its name in front: http://web1.localhost…"""
        return self.haproxy.url

    def url_of(self, node: WebNode) -> str:
        """That of its direct host, through HAProxy, as browsers of this machine find it."""
        return f"http://{node.host}:{self.haproxy.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which manage.py works on this fleet, as on its first node."""
        return self._environment(self.nodes[0])

    @property
    def release(self) -> Path:
        """The code that all nodes serve at first."""
        return self.folder / "releases" / "first"

    @property
    def servers(self) -> Sequence[ServerProcess]:
        """All that have been made, in the order in which they start."""
        return self._servers

    def manage(self, *arguments: str, node: WebNode | None = None, **variables: str) -> str:
        """What `manage.py` prints, run on this node, else the first; FleetError when it fails."""
        node = node or self.nodes[0]
        environment = {**self._environment(node), **variables}
        command = [
            *identity().prefix,
            str(node.release / ".venv" / "bin" / "python"),
            "manage.py",
            *arguments,
        ]
        done = completed(command, node.release, environment, **identity().arguments)
        if done.returncode:
            words = (done.stderr or done.stdout)[-3000:]
            raise FleetError(f"manage.py {' '.join(arguments)} failed.\n{words}")
        return done.stdout

    def new_folder(self, name: str) -> Path:
        """A folder for a server, which its user owns."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        shutil.copystat(self.folder, path)
        owner = self.folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
        return path

    def start(self) -> None:
        """Everything, from the database to the match day. Whoever calls it calls `end`."""
        self._start_stores()
        self._make_site()
        self._fill()
        self._start_web()
        self.play()

    def play(self, *arguments: str) -> None:
        """The rest of the season, live."""
        if self.settings.speed is None:
            return
        folder = self.new_folder("replay")
        self._servers = [server for server in self._servers if server is not self.replay]
        words = ["replay", "--all", "--speed", f"{self.settings.speed:g}", *arguments]
        self.replay = ManageProcess(folder, self.release, self.environment, *words)
        self.launch(self.replay)

    def keep_playing(self) -> None:
        """Goes on where a replay has failed, and from the fourth match day when all are played."""
        if self.replay is not None and not self.replay.is_running:
            self.play(*([] if self.replay.has_failed else ["--round", "4", "--restart"]))

    def end(self) -> None:
        """All processes, whatever has been done to them."""
        for server in reversed(self._servers):
            server.kill()

    def _environment(self, node: WebNode) -> dict[str, str]:
        return {**BARE, "HOME": str(self.folder), **self.site.variables, **node.variables}

    def _start_stores(self) -> None:
        self._say("starting MariaDB and memcached")
        self.mariadb = TunedMariaDBProcess(self.new_folder("mariadb"), self.shape)
        self.memcacheds = [
            Cache(self.new_folder(server.name), self.shape, server, self.files)
            for server in self.shape.memcached
        ]
        with held():
            self.mariadb.install()
        self.launch(self.mariadb, *self.memcacheds)

    def _make_site(self) -> None:
        self._say("making a release")
        logs = self.new_folder("logs")
        self.site = SiteEnvironment(
            self.shape,
            self.files,
            memcached_ports={server.name: server.port for server in self.memcacheds},
            database_port=self.mariadb.port,
            logs=logs,
            project=PROJECT,
        )
        self.mariadb.run(self.mariadb.accounts)
        self.mariadb.run(self.site.unlocking(self.mariadb.accounts))
        self.new_folder("releases")
        make_release(self.release, self.site.variables)
        self.nodes = [
            WebNode(self.new_folder(node.name), self.shape, node, self.release)
            for node in self.shape.nodes
        ]

    def _fill(self) -> None:
        self._say("making tables and static files")
        words = ["collectstatic", "--no-input"]
        files = ManageProcess(self.new_folder("static"), self.release, self.environment, *words)
        self.launch(files)
        self.manage("migrate", DATABASE_URL=self.site.owner_url, DATABASE_READ_TIMEOUT_S="0")
        self._say(f"inventing {self.settings.leagues} leagues")
        self.manage("demo_data", "--leagues", str(self.settings.leagues))
        files.finish()

    def _start_web(self) -> None:
        self._say("starting refreshers, Apache and HAProxy")
        at = {node.name: node for node in self.nodes}
        self.refreshers = [
            Refresher(
                self.new_folder(f"{name}-refresher"),
                at[name],
                self.site.variables,
                self.files["systemd/refresher.service"].text,
            )
            for name in self.shape.refreshers
        ]
        self.launch(*self.refreshers, *self.nodes)
        ports = {node.name: node.port for node in self.nodes}
        folder = self.new_folder("haproxy")
        self.haproxy = Balancer(folder, self.shape, ports, self.settings.port)
        self.launch(self.haproxy)

    def launch(self, *servers: ServerProcess) -> None:
        """Starts them side by side, to end with the fleet. RuntimeError with the last words of one
        that does not start."""
        self._servers += [server for server in servers if server not in self._servers]
        with held(), ThreadPoolExecutor() as pool:
            for started in [pool.submit(server.start) for server in servers]:
                started.result()


def _unheard(text: str) -> None:
    """Nobody asks how far the start is."""


@contextmanager
def running_fleet(
    settings: FleetSettings | None = None, say: Say = _unheard
) -> Iterator[RunningFleet]:
    """A fleet that answers. `say` hears how far its start is.

    Raises FleetError, with the server's own words, when something is missing or does not start.
    When the block ends, however it ends, all processes and files of it are gone.
    """
    settings = settings or FleetSettings()
    check_packages()
    if settings.port is not None:
        check_port(settings.port)
    with ExitStack() as stack:
        folder = stack.enter_context(fleet_folder(settings.folder))
        try:
            fleet = RunningFleet(folder, settings, say)
            stack.callback(fleet.end)
            fleet.start()
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            raise FleetError(str(missing)) from missing
        except subprocess.CalledProcessError as failed:
            words = failed.stderr if isinstance(failed.stderr, str) else failed.stderr.decode()
            raise FleetError(f"{failed.cmd[0]} failed.\n{words}") from failed
        except RuntimeError as failed:  # of a server, with its last words
            raise FleetError(str(failed)) from failed
        yield fleet


def check_port(port: int) -> None:
    """FleetError when HAProxy could not listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # As HAProxy does.
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            why = f"Port {port} of 127.0.0.1 is taken. Try another."
            raise FleetError(why) from error
