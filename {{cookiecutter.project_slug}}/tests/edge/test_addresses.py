"""Who asks, and how: what HAProxy says counts, and nothing that a visitor says about themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kickoff.testing.http import Answer
from kickoff.testing.site import TOKEN
from tests.edge.doors import HOST, INSIDE, OUTSIDE, VISITOR, Door

# As a visitor would write them to come from inside, or to have come over HTTPS.
SPOOFED = [
    f"X-Forwarded-For: {INSIDE}",
    f"X-Forwarded-For: {INSIDE}, 127.0.0.2",
    f"X-Forwarded-For: {OUTSIDE}\r\nX-Forwarded-For: {INSIDE}",
    f"X_Forwarded_For: {INSIDE}",
    f"X-FORWARDED-FOR:{INSIDE}",
    f"X-Real-IP: {INSIDE}",
    f"X-Client-IP: {INSIDE}",
    f"Client-IP: {INSIDE}",
    f"True-Client-IP: {INSIDE}",
    f"Forwarded: for={INSIDE};proto=https;host={HOST}",
    f"Remote-Addr: {INSIDE}",
    f"REMOTE_ADDR: {INSIDE}",
    "X-Forwarded-Proto: https",
    "X_Forwarded_Proto: https",
    "X-Forwarded-Port: 443",
    "X-Forwarded-Ssl: on",
    "Front-End-Https: on",
    "X-Url-Scheme: https",
]
TOLD = "GET /edge/told/ HTTP/1.1"


def told(said: bytes) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(said.partition(b"\r\n\r\n")[2])
    return known


class TestThroughHAProxy:
    @pytest.mark.parametrize("header", SPOOFED)
    def test_the_address_is_the_one_that_haproxy_saw(self, haproxy_door, header):
        known = told(haproxy_door.ask(TOLD, HOST, header).said)

        assert known["address"] == OUTSIDE
        assert known["secure"] is True
        assert INSIDE not in known["environ"].get("HTTP_X_FORWARDED_FOR", "")
        assert "HTTP_X_REAL_IP" not in known["environ"]
        assert "HTTP_FORWARDED" not in known["environ"]

    @pytest.mark.parametrize("header", SPOOFED)
    def test_plain_http_stays_plain(self, haproxy, header):
        door = Door("plain", haproxy.plain_port, OUTSIDE, "")
        assert door.ask(TOLD, HOST, header).statuses == [301]

    def test_somebody_inside_is_seen_as_inside(self, haproxy):
        known = json.loads(haproxy.get("/edge/told/", source=INSIDE).body)
        assert known["address"] == INSIDE


class TestAtApache:
    """Past the load balancer: only a firewall stands before this."""

    @pytest.mark.parametrize("header", SPOOFED)
    def test_nobody_else_is_believed(self, site, header):
        """So it is plain HTTP from where it comes from, and Django sends it to HTTPS."""
        door = Door("outside", site.port, OUTSIDE, "", site.address)
        assert door.ask(TOLD, HOST, header).statuses == [301]

    def test_the_load_balancer_is(self, apache_door):
        known = told(apache_door.ask(TOLD).said)
        assert (known["address"], known["secure"]) == (VISITOR, True)

    def test_an_answer_to_plain_http_is_not_kept_for_those_with_https(self, site):
        path = "/edge/kept/plain/"
        assert site.get(path, source=OUTSIDE).status == 301
        assert site.visit(path).status == 200


class TestHealth:
    """/healthz is for the named networks, the direct hosts and whoever has the token."""

    @pytest.mark.parametrize("header", [*SPOOFED, "X-Health-Token: wrong", "X-Health-Token:"])
    def test_is_not_there_for_others(self, haproxy_door, header):
        answer = haproxy_door.ask("GET /healthz HTTP/1.1", HOST, header)
        assert answer.statuses == [404]
        assert b'"probes"' not in answer.said

    @pytest.mark.parametrize("header", SPOOFED)
    def test_nor_for_those_who_have_got_past_the_load_balancer(self, site, header):
        door = Door("outside", site.port, OUTSIDE, "", site.address)
        assert door.ask("GET /healthz HTTP/1.1", HOST, header).statuses == [404]

    def test_is_there_for_the_named_networks(self, haproxy):
        assert is_report(haproxy.get("/healthz", source=INSIDE))

    def test_is_there_for_the_token(self, haproxy):
        assert is_report(haproxy.get("/healthz", source=OUTSIDE, X_Health_Token=TOKEN))

    def test_is_never_kept(self, site, haproxy):
        """Somebody inside asks first, somebody outside right after."""
        for _ in range(3):
            assert is_report(haproxy.get("/healthz", source=INSIDE))
            assert haproxy.get("/healthz", source=OUTSIDE).status == 404

    @pytest.mark.parametrize("path", ["/drain", "/undrain", "/drain/", "/healthz/drain"])
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    def test_nobody_drains_a_node_from_outside(self, door, site, method, path):
        """It is a command on the node, and no address."""
        answer = door.ask(f"{method} {path} HTTP/1.1", HOST, "Content-Length: 0")

        assert answer.statuses[0] in {403, 404}
        assert not site.drain_file.exists()

    @pytest.mark.parametrize("path", ["/livez", "/readyz", "/version", "/healthz"])
    def test_it_only_answers_questions(self, door, path):
        answer = door.ask(f"POST {path} HTTP/1.1", HOST, "Content-Length: 0")
        assert answer.statuses[0] in {403, 404, 405}


@pytest.mark.parametrize("path", ["/", "/livez", "/none/", "/static/none.css", "/edge/broken/500/"])
def test_the_node_says_its_own_name_whatever_python_says(site, haproxy, path):
    """Once, as Apache has it: nobody is led to believe that it was another one."""
    for answer in (site.visit(path), haproxy.get(path)):
        assert answer.headers.get_all("X-Served-By") == ["web1"]


def is_report(answer: Answer) -> bool:
    return answer.status in {200, 503} and b'"probes"' in answer.body
