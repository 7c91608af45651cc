"""HAProxy with the tuned haproxy.cfg, unprivileged and on free ports, in front of any servers."""

from __future__ import annotations

import csv
import io
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from kickoff.testing.http import Answer, ask
from kickoff.testing.processes import (
    ServerProcess,
    as_unprivileged_user,
    free_port,
    program,
    server_folder,
)
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import Fleet


class HAProxyProcess(ServerProcess):
    """HAProxy at `port`, which is the one for HTTPS without TLS, and `plain_port` for HTTP.

    With a certificate it speaks TLS there; most tests speak to the rules behind that. `ports` says
    where each node listens.
    """

    def __init__(
        self,
        folder: Path,
        fleet: Fleet,
        ports: Mapping[str, int],
        port: int | None = None,
        certificate: Path | None = None,
    ) -> None:
        super().__init__(folder)
        self._certificate = certificate
        self._program = program("haproxy", package="haproxy")
        self.fleet = fleet
        self.port = port or free_port()
        self.plain_port, self.watch_port = free_port(), free_port()
        self.configuration = folder / "haproxy.cfg"
        self.socket = folder / "admin.sock"
        (file,) = (file for file in tuned_files(fleet) if file.name == "haproxy/haproxy.cfg")
        self.configuration.write_text(self._moved(file.text, ports))

    def command(self) -> Sequence[str]:
        return [self._program, "-db", "-f", str(self.configuration)]

    def answers(self) -> bool:
        try:
            return ask(self.plain_port, "/", host="unknown.invalid").status == 421
        except OSError:
            return False

    def get(self, path: str = "/", **how: str) -> Answer:
        """As a visitor asks over HTTPS."""
        how.setdefault("host", self.fleet.site.domain)
        return ask(self.port, path, **how)  # type: ignore[arg-type]

    def tell(self, command: str, limit_s: float = 10) -> str:
        """The answer of the admin socket. OSError when there is none."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(limit_s)
            connection.connect(str(self.socket))
            connection.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def statistics(self, limit_s: float = 10) -> list[dict[str, str]]:
        """All that it counts: a row for each frontend, server and backend."""
        text = self.tell("show stat", limit_s).removeprefix("# ")
        return list(csv.DictReader(io.StringIO(text)))

    def servers(self, backend: str) -> dict[str, dict[str, str]]:
        """The statistics of its servers, by name: status, weight, slim (maxconn), stot …"""
        own = (row for row in self.statistics() if row["pxname"] == backend)
        return {row["svname"]: row for row in own if row["svname"] not in {"FRONTEND", "BACKEND"}}

    def _moved(self, text: str, ports: Mapping[str, int]) -> str:
        text = re.sub(r"(?m)^    (user|group) haproxy\n", "", text)
        text = text.replace("/run/haproxy/admin.sock", str(self.socket))
        text = text.replace("log /dev/log", "log stdout format raw")
        text = text.replace("bind :80\n", f"bind 127.0.0.1:{self.plain_port}\n")
        text = text.replace("bind :443 ", f"bind 127.0.0.1:{self.port} ")
        if self._certificate:
            text = re.sub(r"crt \S+", f"crt {self._certificate}", text)
        else:
            text = re.sub(r"( 127\.0\.0\.1:\d+) ssl .*", r"\1", text)
            text = text.replace(" unless { ssl_fc }", f" if {{ dst_port {self.plain_port} }}")
        text = text.replace("127.0.0.1:8404", f"127.0.0.1:{self.watch_port}")
        for node in self.fleet.nodes:
            text = text.replace(f"{node.address}:80", f"{node.address}:{ports[node.name]}")
        return text


@contextmanager
def running_haproxy(
    fleet: Fleet, ports: Mapping[str, int], certificate: Path | None = None
) -> Iterator[HAProxyProcess]:
    """HAProxy in front of servers that listen on the addresses of the nodes, at these ports."""
    folder = server_folder()
    try:
        server = HAProxyProcess(folder, fleet, ports, certificate=certificate)
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


def checked_configuration(fleet: Fleet, certificate: Path) -> subprocess.CompletedProcess[str]:
    """`haproxy -c` with the file as it is, but for its certificate, socket and user."""
    (file,) = (file for file in tuned_files(fleet) if file.name == "haproxy/haproxy.cfg")
    text = re.sub(r"crt \S+", f"crt {certificate}", file.text)
    text = re.sub(r"(?m)^    (user|group) haproxy\n", "", text)
    path = certificate.parent / "haproxy.cfg"
    path.write_text(text)
    command = [program("haproxy", package="haproxy"), "-c", "-f", str(path)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=path.parent,  # The user may not enter the folder of the tests.
        **as_unprivileged_user(),
    )
