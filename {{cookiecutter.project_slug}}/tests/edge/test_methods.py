"""Methods that have no business here."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["/", "/static/", "/accounts/sign-in/"])
def test_trace_gives_no_headers_back(door, path):
    answer = door.ask(f"TRACE {path} HTTP/1.1", "example.com", "X-Secret: only-for-me")

    assert answer.statuses[0] in {405, 501}
    assert b"only-for-me" not in answer.said


@pytest.mark.parametrize("target", ["example.com:443", "127.0.0.1:22", "/"])
def test_connect_leads_nowhere(door, target):
    answer = door.ask(f"CONNECT {target} HTTP/1.1")
    assert answer.statuses[0] in {400, 403, 405, 421}


def test_connect_is_not_even_tried(haproxy_door):
    """A view that said 200 to it would open a tunnel past HAProxy's rules."""
    assert haproxy_door.ask("CONNECT example.com:443 HTTP/1.1").statuses == [405]


@pytest.mark.parametrize("protocol", ["h2c", "websocket", "HTTP/2.0", "TLS/1.0"])
def test_a_connection_becomes_nothing_else(door, protocol):
    headers = [f"Upgrade: {protocol}", "HTTP2-Settings: AAMAAABkAAQAAP__"]
    answer = door.say(
        door.head("GET /livez HTTP/1.1"),
        "".join(f"{header}\r\n" for header in headers).encode(),
        b"Connection: Upgrade, HTTP2-Settings\r\n\r\n",
    )
    assert answer.statuses in ([200], [400])  # HAProxy wants a key for a websocket


@pytest.mark.parametrize("method", ["JEFF", "get", "PROPFIND", "PURGE", "DEBUG"])
def test_strange_methods_change_and_show_nothing(door, site, method):
    path = f"/edge/kept/{method}/"
    answer = door.ask(f"{method} {path} HTTP/1.1")

    assert answer.statuses[0] in {400, 403, 405, 501}
    assert site.visit(path).status == 200


@pytest.mark.parametrize("path", ["/server-status", "/server-info", "/server-status?auto"])
def test_the_servers_tell_nothing_about_themselves(door, path):
    answer = door.ask(f"GET {path} HTTP/1.1")

    assert answer.statuses == [404]
    for word in (b"Apache Server", b"Scoreboard", b"Server Version", b"mod_wsgi"):
        assert word not in answer.said


@pytest.mark.parametrize("path", ["/metrics", "/all-nodes", "/haproxy?stats", "/stats"])
def test_nor_does_the_load_balancer(haproxy_door, path):
    answer = haproxy_door.ask(f"GET {path} HTTP/1.1")

    assert answer.statuses == [404]
    assert b"haproxy" not in answer.said.lower()


def test_the_server_header_names_no_version(door):
    answer = door.ask("GET /livez HTTP/1.1")
    assert b"\r\nserver: apache\r\n" in answer.said.lower()
