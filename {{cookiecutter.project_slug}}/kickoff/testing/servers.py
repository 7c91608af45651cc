"""Real servers for tests: memcached and MariaDB, on free ports, gone with the test.

A test asks for a fixture, or takes the context manager when it needs several:

    def test_something(memcached_server):
        memcached_server.freeze()

    with running_memcached("-I", "2m") as server: ...

The fixtures are available where a conftest.py imports them from here.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from kickoff.testing.processes import (
    ServerProcess,
    as_unprivileged_user,
    free_port,
    program,
    server_folder,
)

HOST = "127.0.0.1"


class MemcachedProcess(ServerProcess):
    """memcached at `address` (`127.0.0.1:port`, or `unix:/path` with `on_socket`)."""

    def __init__(self, folder: Path, *options: str, on_socket: bool = False) -> None:
        super().__init__(folder)
        self._program = program("memcached", package="memcached")
        self._options = options
        self._socket = folder / "memcached.sock" if on_socket else None
        self.host = HOST
        self.port = free_port()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}" if self._socket is None else f"unix:{self._socket}"

    def command(self) -> Sequence[str]:
        if self._socket is None:
            place = ["-l", self.host, "-p", str(self.port)]
        else:
            place = ["-s", str(self._socket)]
        return [self._program, *place, "-m", "64", "-t", "2", *self._options]

    def answers(self) -> bool:
        return self.ask("version").startswith(b"VERSION")

    def flush(self) -> None:
        self.ask("flush_all")

    def stat(self, name: str) -> int:
        """A number among its statistics. Asking opens one connection."""
        lines = dict(line.split()[1:3] for line in self.ask("stats").splitlines()[:40])
        return int(lines[name.encode()])

    def ask(self, command: str) -> bytes:
        """The first part of the answer on a connection of its own; empty when there is none."""
        try:
            with self._connect() as connection:
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(4096)
        except OSError:
            return b""

    def _connect(self) -> socket.socket:
        if self._socket is None:
            return socket.create_connection((self.host, self.port), timeout=1)
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(1)
        try:
            connection.connect(str(self._socket))
        except OSError:
            connection.close()
            raise
        return connection


class MariaDBProcess(ServerProcess):
    """MariaDB at `port` and `socket`; the user root has no password. Its data may be lost."""

    user = "root"
    password = ""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._program = program("mariadbd", "mysqld", package="mariadb-server")
        self._install = program("mariadb-install-db", "mysql_install_db", package="mariadb-server")
        self.host = HOST
        self.port = free_port()
        self.socket = folder / "mariadb.sock"
        self._data = folder / "data"

    def url(self, database: str) -> str:
        """For DATABASE_URL."""
        return f"mysql://{self.user}@{self.host}:{self.port}/{database}"

    def install(self) -> None:
        """Make the data folder, once."""
        subprocess.run(
            [
                self._install,
                "--no-defaults",
                f"--datadir={self._data}",
                # In a shared one each that starts removes the tables of the others.
                f"--tmpdir={self.folder}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            start_new_session=True,  # Ctrl-C would end the script, and not what it has started.
            **as_unprivileged_user(),
        )

    def command(self) -> Sequence[str]:
        return [
            self._program,
            "--no-defaults",  # Not what this machine's own server is told.
            f"--datadir={self._data}",
            f"--tmpdir={self.folder}",
            f"--socket={self.socket}",
            f"--pid-file={self.folder / 'mariadb.pid'}",
            f"--port={self.port}",
            f"--bind-address={HOST}",
            "--skip-networking=0",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--character-set-server=utf8mb4",
            "--max-connections=200",
            "--max-connect-errors=1000000",
            # Speed before safety: nothing here outlives the test.
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-doublewrite=0",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M",
            "--performance-schema=OFF",
        ]

    def answers(self) -> bool:
        """It greets on both sockets."""
        return self._greets(socket.AF_INET, (HOST, self.port)) and self._greets(
            socket.AF_UNIX, str(self.socket)
        )

    def _greets(self, family: int, address: object) -> bool:
        with socket.socket(family) as connection:
            connection.settimeout(1)
            try:
                connection.connect(address)  # type: ignore[arg-type]
                return bool(connection.recv(5))
            except OSError:
                return False


@contextmanager
def running_memcached(*options: str, on_socket: bool = False) -> Iterator[MemcachedProcess]:
    """A memcached with these options of its command line."""
    folder = server_folder()
    try:
        server = MemcachedProcess(folder, *options, on_socket=on_socket)
        with _running(server):
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def running_mariadb() -> Iterator[MariaDBProcess]:
    """A new MariaDB without databases. Takes seconds: share it."""
    folder = server_folder()
    try:
        server = MariaDBProcess(folder)
        server.install()
        with _running(server):
            yield server
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(server: ServerProcess) -> Iterator[None]:
    try:
        server.start()
        yield
    finally:
        server.kill()


@pytest.fixture
def memcached_server() -> Iterator[MemcachedProcess]:
    """A memcached of this test's own, to be mistreated."""
    with running_memcached() as server:
        yield server


@pytest.fixture(scope="module")
def shared_memcached() -> Iterator[MemcachedProcess]:
    """A memcached for the tests of one module, which leave it running."""
    with running_memcached() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDBProcess]:
    """A MariaDB for all tests of this run, which leave it running."""
    with running_mariadb() as server:
        yield server
