"""Requests as they go over the wire, against a server that writes them down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from fleet.capacity.load import Request, send
from fleet.up.errors import FleetError
from kickoff.testing.processes import program


@contextmanager
def site(status: int = 200) -> Iterator[tuple[int, list[tuple[str, str, str, bytes]]]]:
    """A port, and what was asked there: method, path, cookie, body."""
    asked: list[tuple[str, str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.path, self.headers.get("Cookie", ""), body))
            self.send_response(status)
            self.send_header("Content-Length", "1024")
            self.end_headers()
            self.wfile.write(b"x" * 1024)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _wrk():
    """Skips where it is not installed; fails in CI."""
    program("wrk", package="wrk")


class TestSend:
    def test_each_request_of_the_list_in_turn(self):
        requests = [Request("/a/"), Request('/b/?q="1"', {"Cookie": "s=1"}, "x=1&y=ü")]
        with site() as (port, asked):
            answers = send(port, "localhost", requests, clients=1, seconds=1)

        assert sorted(asked[:2]) == [
            ("GET", "/a/", "", b""),
            ("POST", '/b/?q="1"', "s=1", "x=1&y=ü".encode()),
        ]
        assert asked[2:4] == asked[:2]
        assert answers.requests > 2
        assert answers.sent_kb >= 1
        assert answers.response_ms > 0
        assert answers.client_cpu_s > 0

    def test_visitors_who_think_ask_less_often(self):
        with site() as (port, asked):
            send(port, "localhost", [Request("/")], clients=1, seconds=1, think_ms=300)
        assert 1 <= len(asked) <= 4

    @pytest.mark.parametrize("status", [404, 503])
    def test_an_answer_that_is_an_error_stops_the_measurement(self, status):
        told = r"answers for /a/ not all were right: \d+ status from 400\."
        with site(status) as (port, _), pytest.raises(FleetError, match=told):
            send(port, "localhost", [Request("/a/")], clients=1, seconds=1)
