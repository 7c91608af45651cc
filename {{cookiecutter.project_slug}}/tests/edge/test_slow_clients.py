"""Visitors who send a byte now and then: they are cut off, and until then they hold no slot."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from kickoff.testing.raw_http import drip
from tests.edge.doors import Door

# RequestReadTimeout of Apache: 10 s for headers or body, the last of which is noticed a little
# later; Timeout alone would be 60 s. timeout http-request of HAProxy: 5 s.
APACHE_S, HAPROXY_S, LATER_S = 10.0, 5.0, 4.0
FORM = "POST /edge/told/ HTTP/1.1"
LENGTH = b"Content-Length: 1000\r\n\r\n"


@dataclass(frozen=True)
class End:
    said: bytes
    after_s: float


@pytest.fixture(scope="module")
def slow(haproxy_door, apache_door) -> Iterator[dict[str, Future[End]]]:
    """All of them at the same time: a byte each half second, until somebody ends it."""
    with ThreadPoolExecutor(16) as pool:
        yield {
            "headers, HAProxy": pool.submit(end_of, haproxy_door, b"GET / HTTP/1.1\r\nX-A: "),
            "headers, Apache": pool.submit(end_of, apache_door, b"GET / HTTP/1.1\r\nX-A: "),
            "body, HAProxy": pool.submit(end_of, haproxy_door, haproxy_door.head(FORM) + LENGTH),
            "body, Apache": pool.submit(end_of, apache_door, apache_door.head(FORM) + LENGTH),
        }


def end_of(door: Door, start: bytes) -> End:
    started = time.monotonic()
    said = drip(door.port, start, address=door.address, source=door.source, pause_s=0.5, limit_s=30)
    return End(said, time.monotonic() - started)


@pytest.mark.parametrize("kind", ["headers, HAProxy", "body, HAProxy"])
def test_haproxy_ends_them(slow, kind):
    end = slow[kind].result()

    assert end.after_s < HAPROXY_S + LATER_S
    assert end.said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("kind", ["headers, Apache", "body, Apache"])
def test_apache_ends_them(slow, kind):
    end = slow[kind].result()

    assert end.after_s < APACHE_S + LATER_S
    assert end.said == b"" or end.said.split()[1] in {b"400", b"408"}


def test_slow_forms_hold_no_slot(haproxy_door, haproxy, site):
    """Three times as many as there are slots, and an honest visitor who needs one."""
    slots = site.fleet.nodes[0].cpus * site.fleet.application.threads
    before = site.asked("/edge/told/")
    with ThreadPoolExecutor(3 * slots) as pool:
        start = haproxy_door.head(FORM) + LENGTH
        attackers = [pool.submit(end_of, haproxy_door, start) for _ in range(3 * slots)]
        time.sleep(1.5)  # all of them have begun
        started = time.monotonic()
        answer = haproxy.get("/accounts/sign-in/")
        took_s = time.monotonic() - started
        assert not any(attacker.done() for attacker in attackers)
        ends = [attacker.result() for attacker in attackers]

    assert answer.status == 200
    assert took_s < 1.5
    assert site.asked("/edge/told/") == before
    assert {end.said.split()[1] for end in ends} == {b"408"}
