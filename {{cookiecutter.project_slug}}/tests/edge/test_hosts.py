"""Whose name is in the Host header: a foreign one gets nothing, and nobody hears it again."""

from __future__ import annotations

import pytest

from kickoff.testing.http import ask
from kickoff.testing.raw_http import converse
from tests.edge.doors import DIRECT_HOST, HOST, INSIDE, OUTSIDE

REFUSED = {400, 403, 404, 421}
EVIL = "evil.example"

# The first line of a request, and its Host headers.
ATTACKS = {
    "a foreign host": ("GET / HTTP/1.1", EVIL),
    "with a port": ("GET / HTTP/1.1", f"{EVIL}:443"),
    "a foreign subdomain": ("GET / HTTP/1.1", f"{HOST}.{EVIL}"),
    "a longer name": ("GET / HTTP/1.1", f"{EVIL}.{HOST}"),
    "a port that is a name": ("GET / HTTP/1.1", f"{HOST}:{EVIL}"),
    "a port with more behind it": ("GET / HTTP/1.1", f"{HOST}:80@{EVIL}"),
    "somebody's name in front": ("GET / HTTP/1.1", f"{HOST}@{EVIL}"),
    "somebody's name and password": ("GET / HTTP/1.1", f"{HOST}:80@{EVIL}:80"),
    "two names": ("GET / HTTP/1.1", f"{HOST}, {EVIL}"),
    "two names with a space": ("GET / HTTP/1.1", f"{HOST} {EVIL}"),
    "a path": ("GET / HTTP/1.1", f"{HOST}/{EVIL}"),
    "a quote": ("GET / HTTP/1.1", f'{HOST}"><{EVIL}'),
    "none": ("GET / HTTP/1.1", None),
    "an empty one": ("GET / HTTP/1.1", ""),
    "two headers": ("GET / HTTP/1.1", f"{HOST}\r\nHost: {EVIL}"),
    "two headers, the other way round": ("GET / HTTP/1.1", f"{EVIL}\r\nHost: {HOST}"),
    "an address of another site": (f"GET http://{EVIL}/ HTTP/1.1", EVIL),
    "an address of another site, our host": (f"GET http://{EVIL}/ HTTP/1.1", HOST),
    "our address, as user of another": (f"GET http://{HOST}@{EVIL}/ HTTP/1.1", HOST),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_foreign_host_is_refused_and_never_said_back(door, attack):
    answer = door.ask(*ATTACKS[attack])

    assert set(answer.statuses) <= REFUSED
    assert len(answer.statuses) == 1
    assert EVIL.encode() not in answer.said


def test_our_address_with_a_foreign_host_is_ours_or_refused(door, site):
    """By the standard the address counts, and a server replaces the header with it."""
    answer = door.ask(f"GET http://{HOST}/edge/told/ HTTP/1.1", EVIL)

    assert answer.statuses in ([200], [400], [421])
    assert EVIL.encode() not in answer.said
    if answer.statuses == [200]:
        assert b'"host": "example.com"' in answer.said


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "X-Original-Host", "Forwarded"])
def test_what_visitors_say_about_the_host_is_not_believed(door, header):
    value = f"host={EVIL}" if header == "Forwarded" else EVIL
    # Django adds the slash, with the whole address in the redirect or without.
    answer = door.ask("GET /accounts/sign-in HTTP/1.1", HOST, f"{header}: {value}")

    assert answer.statuses == [301]
    assert EVIL.encode() not in answer.said


@pytest.mark.parametrize("attack", ATTACKS)
def test_plain_http_says_no_foreign_host_back_either(haproxy, attack):
    """Where visitors are sent on to HTTPS."""
    line, host = ATTACKS[attack]
    sent = (
        f"{line}\r\n" + ("" if host is None else f"Host: {host}\r\n") + "Connection: close\r\n\r\n"
    )
    answer = converse(haproxy.plain_port, sent.encode(), quiet_s=5)

    assert answer.statuses[0] in REFUSED
    assert EVIL.encode() not in answer.said


def test_plain_http_leads_to_https(haproxy):
    answer = ask(haproxy.plain_port, "/leagues/?page=2", host=HOST)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/leagues/?page=2")


def test_nothing_of_an_attack_is_kept_for_others(site, haproxy_door, apache_door):
    """Each attack asks for a page that nobody has asked for, and then an honest visitor does."""
    for door in (haproxy_door, apache_door):
        for number, (line, host) in enumerate(ATTACKS.values()):
            path = f"/edge/kept/{door.name}-{number}/"
            door.ask(line.replace("/ HTTP", f"{path} HTTP"), host)
            door.ask(f"GET {path} HTTP/1.1", HOST, f"X-Forwarded-Host: {EVIL}")
            answer = site.visit(path)
            assert (answer.status, answer.body[:5]) == (200, b"made ")
            assert EVIL not in str(answer.headers)


class TestDirectHost:
    def test_is_open_to_the_named_networks(self, haproxy, site):
        assert haproxy.get("/livez", host=DIRECT_HOST, source=INSIDE).status == 200
        assert site.get("/livez", host=DIRECT_HOST, source=INSIDE).status == 200

    @pytest.mark.parametrize("path", ["/", "/healthz", "/static/", "/admin/login/"])
    def test_is_closed_to_others(self, haproxy, site, path):
        assert haproxy.get(path, host=DIRECT_HOST, source=OUTSIDE).status == 403
        assert site.get(path, host=DIRECT_HOST, source=OUTSIDE).status == 403

    @pytest.mark.parametrize("header", ["X_Forwarded_For", "X_Real_IP", "Client_IP", "Forwarded"])
    def test_is_closed_to_those_who_say_that_they_are_inside(self, haproxy, site, header):
        said = {header: f"for={INSIDE}" if header == "Forwarded" else INSIDE}
        for server in (haproxy, site):
            assert server.get("/", host=DIRECT_HOST, source=OUTSIDE, **said).status == 403

    def test_is_closed_to_those_of_whom_the_load_balancer_says_so(self, site):
        """A load balancer that lets them through by mistake is not the only lock."""
        answer = site.get("/", host=DIRECT_HOST, X_Forwarded_For="203.0.113.9")
        assert answer.status == 403

    @pytest.mark.parametrize(
        ("line", "host"),
        [
            (f"GET http://{HOST}/healthz HTTP/1.1", DIRECT_HOST),
            (f"GET http://{DIRECT_HOST}/healthz HTTP/1.1", HOST),
            ("GET /healthz HTTP/1.1", f"{DIRECT_HOST}."),
            ("GET /healthz HTTP/1.1", f"{HOST}\r\nHost: {DIRECT_HOST}"),
            ("GET /healthz HTTP/1.1", f"{DIRECT_HOST}:80"),
            ("GET /healthz HTTP/1.1", DIRECT_HOST.upper()),
        ],
    )
    def test_its_name_in_another_place_opens_nothing(self, door, line, host):
        answer = door.ask(line, host)
        assert answer.statuses[0] in REFUSED
        assert b'"probes"' not in answer.said
