"""What is too large is refused at once: it neither reaches Python nor takes its time."""

from __future__ import annotations

import time

import pytest

FAST_S = 2.0  # far below any time-out here; refusing takes milliseconds
TOO_LONG, TOO_MANY = {400, 414}, {400, 431}
MEGABYTE = b"x" * 2**20


@pytest.fixture(autouse=True)
def at_once():
    started = time.monotonic()
    yield
    assert time.monotonic() - started < FAST_S


@pytest.mark.parametrize("length", [8200, 20_000, 1_000_000])
def test_a_long_request_line(door, length):
    answer = door.ask(f"GET /edge/told/?{'x' * length} HTTP/1.1")
    assert set(answer.statuses) <= TOO_LONG
    assert answer.ended


def test_a_line_as_long_as_allowed_is_taken(door):
    assert door.ask(f"GET /edge/told/?{'x' * 8000} HTTP/1.1").statuses == [200]


@pytest.mark.parametrize("length", [8200, 20_000, 1_000_000])
def test_a_long_header(door, length):
    answer = door.ask("GET /edge/told/ HTTP/1.1", "example.com", f"X-Long: {'x' * length}")
    assert set(answer.statuses) <= TOO_MANY
    assert answer.ended


@pytest.mark.parametrize("number", [60, 10_000])
def test_many_headers(door, number):
    headers = [f"X-Header-{n}: x" for n in range(number)]
    answer = door.ask("GET /edge/told/ HTTP/1.1", "example.com", *headers)
    assert set(answer.statuses) <= TOO_MANY
    assert answer.ended


def test_as_many_headers_as_a_browser_sends_are_taken(door):
    headers = [f"X-Header-{n}: x" for n in range(30)]
    assert door.ask("GET /edge/told/ HTTP/1.1", "example.com", *headers).statuses == [200]


def test_a_body_that_says_how_large_it_is(door, site):
    before = site.asked("/edge/told/")
    head = door.head("POST /edge/told/ HTTP/1.1")
    answer = door.say(head, b"Content-Length: 6291456\r\n\r\n", *[MEGABYTE] * 6)

    assert answer.statuses == [413]
    assert site.asked("/edge/told/") == before


def test_a_body_that_does_not_say_it(door):
    head = door.head("POST /edge/told/ HTTP/1.1")
    chunk = b"100000\r\n" + MEGABYTE + b"\r\n"
    answer = door.say(head, b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 6, b"0\r\n\r\n")

    assert answer.statuses == [411]


def test_a_form_as_large_as_allowed_is_taken(door):
    head = door.head("POST /edge/told/ HTTP/1.1")
    size = 2 * len(MEGABYTE)
    answer = door.say(head, f"Content-Length: {size}\r\n\r\n".encode(), MEGABYTE, MEGABYTE)

    assert answer.statuses == [200]
    assert f'"body_bytes": {size}'.encode() in answer.said
