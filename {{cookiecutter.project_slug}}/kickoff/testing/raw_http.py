"""Requests byte by byte, for those that no HTTP library would send, and what comes back."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n")


@dataclass(frozen=True)
class Conversation:
    """All that the server has said on one connection, and whether it has ended it."""

    said: bytes
    ended: bool

    @property
    def statuses(self) -> list[int]:
        """Of its answers, in their order, without `100 Continue`."""
        found = [int(status) for status in STATUS_LINE.findall(self.said)]
        return [status for status in found if status != 100]


def converse(
    port: int,
    *parts: bytes,
    address: str = "127.0.0.1",
    source: str = "127.0.0.1",
    quiet_s: float = 0.3,
) -> Conversation:
    """Send the parts, then listen until the server has ended, or says nothing more for so long.

    It may take its time before it says anything.
    """
    said = b""
    with socket.create_connection((address, port), 10, source_address=(source, 0)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each part at once
        try:
            for part in parts:
                connection.sendall(part)
            while received := connection.recv(65536):
                said += received
                connection.settimeout(quiet_s)
        except TimeoutError:
            return Conversation(said, ended=False)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It did not want to hear the rest.
    return Conversation(said, ended=True)


def drip(
    port: int,
    start: bytes,
    *,
    address: str = "127.0.0.1",
    source: str = "127.0.0.1",
    pause_s: float,
    limit_s: float,
) -> bytes:
    """Send the start, then a byte after each pause until the server ends it; what it said."""
    give_up_at = time.monotonic() + limit_s
    said = b""
    with socket.create_connection((address, port), 10, source_address=(source, 0)) as connection:
        connection.settimeout(pause_s)
        try:
            connection.sendall(start)
            while time.monotonic() < give_up_at:
                try:
                    received = connection.recv(65536)
                    if not received:
                        return said
                    said += received
                except TimeoutError:
                    connection.sendall(b"x")
        except (BrokenPipeError, ConnectionResetError):
            return said
    raise AssertionError(f"The server was still listening after {limit_s} s.")
