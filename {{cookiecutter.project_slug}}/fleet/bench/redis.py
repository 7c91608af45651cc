"""Redis, for the peer that needs it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

from kickoff.testing.processes import ServerProcess, program


class RedisProcess(ServerProcess):
    """Redis at a socket, which keeps nothing on disk."""

    def __init__(self, folder: Path, path: Path) -> None:
        super().__init__(folder)
        self._program = program("redis-server", package="redis-server")
        self._socket = path

    def command(self) -> Sequence[str]:
        return [
            self._program,
            *("--port", "0"),
            *("--unixsocket", str(self._socket)),
            *("--save", ""),
            *("--appendonly", "no"),
        ]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
