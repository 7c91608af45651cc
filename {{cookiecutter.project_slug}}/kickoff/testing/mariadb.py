"""MariaDB with the tuned server.cnf, for tests."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kickoff.testing.processes import free_port, program, server_folder
from kickoff.testing.servers import MariaDBProcess
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import Fleet

# The sizes of a whole machine; a test has less. What the file says is read with --help.
SMALL = ["--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M"]


class TunedMariaDBProcess(MariaDBProcess):
    """MariaDB at the address of the fleet's database, and `port`."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        super().__init__(folder)
        self.host = fleet.database.address
        self.port = free_port(self.host)
        self.configuration = folder / "server.cnf"
        files = {file.name: file.text for file in tuned_files(fleet)}
        self.accounts = files["mysql/users.sql"]
        text = files["mysql/server.cnf"]
        self.configuration.write_text(text.replace("/var/log/mysql/", f"{folder}/"))

    def command(self) -> Sequence[str]:
        return [
            self._program,
            f"--defaults-file={self.configuration}",
            f"--datadir={self._data}",
            f"--tmpdir={self.folder}",
            f"--socket={self.socket}",
            f"--pid-file={self.folder / 'mariadb.pid'}",
            f"--port={self.port}",
            *SMALL,
        ]

    def answers(self) -> bool:
        return self._greets(socket.AF_INET, (self.host, self.port)) and self._greets(
            socket.AF_UNIX, str(self.socket)
        )

    def run(self, sql: str, *options: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """What the client prints: by the socket and as root, where options say nothing else."""
        options = options or (f"--socket={self.socket}", "--user=root")
        client = program("mariadb", "mysql", package="mariadb-client")
        command = [client, "--no-defaults", "--batch", "--skip-column-names", *options]
        return subprocess.run(command, input=sql, check=check, capture_output=True, text=True)

    def run_as(self, user: str, password: str, sql: str) -> subprocess.CompletedProcess[str]:
        """The same over the network, from the address of this machine's database."""
        place = [f"--host={self.host}", f"--port={self.port}"]
        return self.run(sql, *place, f"--user={user}", f"--password={password}", check=False)

    def variables(self) -> dict[str, str]:
        rows = self.run("SHOW GLOBAL VARIABLES").stdout.splitlines()
        return dict(row.split("\t", 1) for row in rows)


@contextmanager
def running_tuned_mariadb(fleet: Fleet) -> Iterator[TunedMariaDBProcess]:
    folder = server_folder()
    try:
        server = TunedMariaDBProcess(folder, fleet)
        server.install()
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder)


def understood(fleet: Fleet, folder: Path) -> tuple[dict[str, str], str]:
    """What the server takes from server.cnf without starting, and what it says about it."""
    path = folder / "server.cnf"
    (file,) = (file for file in tuned_files(fleet) if file.name == "mysql/server.cnf")
    path.write_text(file.text)
    command = [program("mariadbd", "mysqld", package="mariadb-server")]
    done = subprocess.run(
        [*command, f"--defaults-file={path}", "--verbose", "--help"], capture_output=True, text=True
    )
    rows = re.findall(r"(?m)^([a-z][a-z0-9-]+) +(\S+)$", done.stdout)
    return {name.replace("-", "_"): value for name, value in rows}, done.stderr
