"""One request over TLS and HTTP/2, as browsers make it, and without a library: header by header."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, END_HEADERS = 1, 4
# RFC 7541, appendix A: what HAProxy says in one byte; other statuses it spells out.
STATUSES = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}
SPELT_STATUS = (b"\x08\x03", b"\x48\x03")


@dataclass(frozen=True)
class Answer2:
    """`status` is None where the server has refused the request as such."""

    status: int | None
    body: bytes


def ask_http2(
    port: int, context: ssl.SSLContext, headers: Sequence[tuple[str, str]], body: bytes = b""
) -> Answer2:
    """The answer to these headers, those with a colon first. TLS has to agree on h2."""
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="example.com") as connection,
    ):
        assert connection.selected_alpn_protocol() == "h2"
        connection.sendall(PREFACE + _frame(SETTINGS, 0, b"", stream=0))
        flags = END_HEADERS | (0 if body else END_STREAM)
        connection.sendall(_frame(HEADERS, flags, b"".join(_field(*pair) for pair in headers)))
        if body:
            connection.sendall(_frame(DATA, END_STREAM, body))
        return _answer(connection)


def _answer(connection: ssl.SSLSocket) -> Answer2:
    status, body = None, b""
    while True:
        kind, flags, payload = _read_frame(connection)
        if kind == HEADERS:
            status = _status(payload)
        elif kind == DATA:
            body += payload
        elif kind in {RST_STREAM, GOAWAY}:
            return Answer2(None, payload)
        if kind in {HEADERS, DATA} and flags & END_STREAM:
            return Answer2(status, body)


def _read_frame(connection: ssl.SSLSocket) -> tuple[int, int, bytes]:
    head = _read(connection, 9)
    return head[3], head[4], _read(connection, int.from_bytes(head[:3]))


def _read(connection: ssl.SSLSocket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        received = connection.recv(size - len(found))
        if not received:
            raise ConnectionError("The server has hung up in the middle of a frame.")
        found += received
    return found


def _frame(kind: int, flags: int, payload: bytes, stream: int = 1) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def _field(name: str, value: str) -> bytes:
    """A header that is spelt out: at most 126 bytes each, lower case as RFC 9113 wants it."""
    texts = (name.encode(), value.encode())
    return b"\0" + b"".join(bytes([len(text)]) + text for text in texts)


def _status(block: bytes) -> int:
    if block[:2] in SPELT_STATUS:
        return int(block[2:5])
    return STATUSES[block[0]]
