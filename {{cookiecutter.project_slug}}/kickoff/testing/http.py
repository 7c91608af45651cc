"""Requests as a test wants them: any Host, from any address of this machine, nothing followed."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


def ask(
    port: int,
    path: str = "/",
    *,
    host: str,
    address: str = "127.0.0.1",
    source: str = "127.0.0.1",
    method: str = "GET",
    timeout_s: float = 30,
    **headers: str,
) -> Answer:
    """The answer of `address`. Headers are written with underscores: Accept_Encoding="br"."""
    connection = HTTPConnection(address, port, timeout_s, source_address=(source, 0))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, headers={"Host": host, **sent})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
