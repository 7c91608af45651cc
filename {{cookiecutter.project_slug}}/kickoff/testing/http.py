"""HTTP for tests: requests with any Host from any address of this machine, and a stand-in node."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


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
    body: str | None = None,
    timeout_s: float = 30,
    **headers: str,
) -> Answer:
    """The answer of `address`. Headers are written with underscores: Accept_Encoding="br"."""
    connection = HTTPConnection(address, port, timeout_s, source_address=(source, 0))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, headers={"Host": host, **sent})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


class StandIn:
    """A node as the load balancer sees one: it says its name, and what it is told to say.

    `state` is what /readyz answers: 200, 503, or 404 while it drains, when /frontz says 404 too.
    `delay_s` is how long a page takes; `most_at_once` how many pages it made at the same time.
    """

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.state = 200
        self.delay_s = 0.0
        self.most_at_once = 0
        self._busy = 0
        self._lock = Lock()
        self._server = _QuietServer((address, 0), self._handler())
        self.port: int = self._server.server_address[1]
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if path == "/readyz":
            return self.state, b""
        if path == "/frontz":
            return (404 if self.state == 404 else 204), b""
        with self._lock:
            self._busy += 1
            self.most_at_once = max(self.most_at_once, self._busy)
        time.sleep(self.delay_s)
        with self._lock:
            self._busy -= 1
        return 200, json.dumps({name.lower(): value for name, value in headers.items()}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        node = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, body = node.answer(self.path, dict(self.headers))
                self.send_response(status)
                self.send_header("X-Served-By", node.name)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads it."""

        return Handler


class _QuietServer(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """HAProxy resets the connections of its checks."""
