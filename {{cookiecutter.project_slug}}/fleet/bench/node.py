"""One node of the production shape, from the files of deploy/: Apache with the site as shipped.

In the same Apache are its peers, each in daemon processes of the same number and options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from fleet.bench.cpu import CpuTime, cpu_time
from fleet.bench.load import Target
from fleet.bench.peers import BUILDS, CACHEOPS, REDIS_SOCKET, Mount, mounts
from fleet.bench.probes.watching import ACCEPTED
from fleet.bench.processes import BenchError
from fleet.bench.redis import RedisProcess
from fleet.up import FleetSettings, RunningFleet
from fleet.up.folder import fleet_folder
from fleet.up.python import check_packages
from fleet.up.running import Say
from fleet.up.servers import Refresher, WebNode
from kickoff.caching.html import Html
from kickoff.testing.http import Answer, ask
from kickoff.testing.processes import ServerProcess
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import Fleet

PEERS = "fleet/bench/peers"
STATIC_PAGE = "bench-page.txt"  # HTML is no static file here, text is
SITE_ACCOUNT = re.compile(
    r"CREATE USER IF NOT EXISTS (\S+)\s+WITH MAX_USER_CONNECTIONS (\d+)"  # the first one
)
SITE_GROUP = re.compile(r"(?m)^WSGIDaemonProcess (\S+) (?:.*\\\n)*.*\n")


class Node(RunningFleet):
    """MariaDB that waits for the disk at each commit, memcached, a refresher, and Apache. Nothing
    is in front of Apache, and nobody plays."""

    def __init__(self, folder: Path, leagues: int, say: Say) -> None:
        super().__init__(folder, FleetSettings(leagues=leagues, speed=None), say)
        self.shape = single(self.shape)
        self.files = {file.name: file for file in tuned_files(self.shape)}
        self._builds_read = 0

    @property
    def web(self) -> WebNode:
        return self.nodes[0]

    @property
    def site_pids(self) -> list[int]:
        """The daemon processes of the site itself, without those of its peers."""
        name = f"(wsgi:{self.shape.site.name}) "
        children = self.web.children().items()
        return [pid for pid, (command, _) in children if command.startswith(name)]

    def builds_since_last(self, name: str) -> list[float]:
        """When the peers have built this since the last call, see `fleet.bench.peers.builds`."""
        file = self.release / BUILDS
        lines = file.read_text().splitlines() if file.exists() else []
        new = lines[self._builds_read :]
        self._builds_read = len(lines)
        return [float(at) for built, at in map(str.split, new) if built == name]

    def apache_version(self) -> str:
        """As it says itself."""
        found = re.search(r"Apache/(\S+)", self.web.output("-v"))
        return found[1] if found else "unknown"

    def in_front(self, *paths: str, headers: Mapping[str, str] | None = None) -> Target:
        """As visitors come, with the shared cache in front of Python."""
        return Target(self.web.address, self.web.port, self.shape.site.domain, paths, headers)

    def past_the_cache(self, *paths: str, headers: Mapping[str, str] | None = None) -> Target:
        """At the direct host, which has no such cache: Python answers everything."""
        return Target(self.web.address, self.web.port, self.web.host, paths, headers)

    def start(self) -> None:
        self._start_stores()
        self._make_site()
        self.web.configuration.write_text(with_peers(self.web.configuration.read_text()))
        self._fill()
        self._start_web()

    def page(self, path: str, **headers: str) -> bytes:
        """What the direct host answers. BenchError for everything but 200."""
        answer = self.web.direct(path, **headers)
        if answer.status != 200:
            raise BenchError(f"{path} answers {answer.status}.\n{self.web.log()[-2000:]}")
        return answer.body

    def asked(self, target: Target) -> Answer:
        """What a browser gets there."""
        path, *_ = target.paths
        return ask(
            target.port, path, host=target.host, address=target.address, Accept_Encoding=ACCEPTED
        )

    def serve_statically(self, page: bytes) -> str:
        """Makes a static file of it, and the compressed one that goes out; returns its path."""
        file = self.release / "staticfiles" / STATIC_PAGE
        file.write_bytes(page)
        file.with_name(f"{file.name}.gz").write_bytes(Html.of(page.decode()).gzipped)
        return f"/static/{STATIC_PAGE}"

    def front_cpu(self) -> CpuTime:
        """What the processes in front of Python have used until now."""
        children = self.web.children().items()
        return cpu_time(pid for pid, (command, _) in children if command.startswith("/"))

    def _make_site(self) -> None:
        super()._make_site()
        self.mariadb.run(room_for_peers(self.mariadb.accounts))

    def _fill(self) -> None:
        super()._fill()
        # Right after a bulk load the optimizer has no statistics yet.
        database = self.shape.site.name
        tables = self.mariadb.run(f"SHOW TABLES IN {database}").stdout.split()
        self.mariadb.run(f"USE {database}; ANALYZE TABLE {', '.join(tables)};")

    def _start_web(self) -> None:
        self._say("starting the refresher and Apache")
        unit = self.files["systemd/refresher.service"].text
        folder = self.new_folder("refresher")
        self.refreshers = [Refresher(folder, self.web, self.site.variables, unit)]
        self.launch(*self.refreshers, *self._peers_servers())
        self.launch(self.web)

    def _peers_servers(self) -> list[ServerProcess]:
        if CACHEOPS not in mounts():
            return []
        return [RedisProcess(self.new_folder("redis"), self.release / REDIS_SOCKET)]


def single(shape: Fleet) -> Fleet:
    """Its first node, with the first memcached and one refresher."""
    node, cache = shape.nodes[0], shape.memcached[0]
    return replace(shape, nodes=(node,), memcached=(cache,), refreshers=(node.name,))


def with_peers(configuration: str) -> str:
    """The file with the peers in front of the site, which takes every path."""
    found = SITE_GROUP.search(configuration)
    assert found, "WSGIDaemonProcess"
    groups = dict.fromkeys(mount.group for mount in mounts())
    added = [found[0].replace(f" {found[1]} ", f" {group} ", 1) for group in groups]
    added += [mounted(mount) for mount in mounts()]
    end = found.end()
    return configuration[:end] + "\n" + "\n".join(added) + "\n" + configuration[end:]


def room_for_peers(users_sql: str) -> str:
    """The statement that lets the peers connect as the site does: its account has as many
    connections as the site needs, and each group of processes brings its own pools."""
    found = SITE_ACCOUNT.search(users_sql)
    assert found, "CREATE USER"
    groups = 1 + len({mount.group for mount in mounts()})
    return f"ALTER USER {found[1]} WITH MAX_USER_CONNECTIONS {groups * int(found[2])};"


def mounted(mount: Mount) -> str:
    return (
        f"<Directory ${{RELEASE}}/{PEERS}>\n"
        f"    <Files {mount.script}>\n"
        "        Require all granted\n"
        "    </Files>\n"
        "</Directory>\n"
        f"WSGIScriptAlias {mount.path} ${{RELEASE}}/{PEERS}/{mount.script} "
        f"process-group={mount.group} application-group=%{{GLOBAL}}\n"
    )


@contextmanager
def running_node(leagues: int, say: Say) -> Iterator[Node]:
    """A node that answers; it is gone when the block ends.

    Raises FleetError for what is missing, and what its parts raise that do not start.
    """
    check_packages()
    with ExitStack() as stack:
        folder = stack.enter_context(fleet_folder(None))
        node = Node(folder, leagues, say)
        stack.callback(node.end)
        node.start()
        yield node
