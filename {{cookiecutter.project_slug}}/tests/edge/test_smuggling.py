"""A second request, hidden in the body of a first: nobody ever takes it for one.

Where two servers read the end of a body differently, the rest is the beginning of the next request,
of this visitor or of another. Each shape here would do that with some servers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from tests.edge.doors import DIRECT_HOST, HOST, OUTSIDE

REFUSED = {400, 411, 413, 422, 501}  # 411: a body that does not say how long it is
numbers = count()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


END = b"0\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def length(data: bytes, before: int = 0) -> bytes:
    return b"Content-Length: %d\r\n" % (len(data) + before)


# What is behind the first lines of a POST, by the request that is hidden in it.
SHAPES = {
    # Both ways of saying where the body ends.
    "CL.TE": lambda h: length(h, 5) + CHUNKED + b"\r\n" + END + h,
    "CL.TE, no length": lambda h: b"Content-Length: 0\r\n" + CHUNKED + b"\r\n" + END + h,
    "TE.CL": lambda h: CHUNKED + b"Content-Length: 4\r\n\r\n" + chunk(h) + END,
    "CL.CL": lambda h: b"Content-Length: 0\r\n" + length(h) + b"\r\n" + h,
    "CL.CL, the other way round": lambda h: length(h) + b"Content-Length: 0\r\n\r\n" + h,
    "CL.CL in one line": lambda h: b"Content-Length: 0, %d\r\n\r\n" % len(h) + h,
    # Lengths that are no numbers.
    "CL with a plus": lambda h: b"Content-Length: +%d\r\n\r\n" % len(h) + h,
    "CL below zero": lambda h: b"Content-Length: -1\r\n\r\n" + h,
    "CL in hex": lambda h: b"Content-Length: 0x%x\r\n\r\n" % len(h) + h,
    "CL with a space": lambda h: b"Content-Length: 0 %d\r\n\r\n" % len(h) + h,
    "CL without a number": lambda h: b"Content-Length:\r\n\r\n" + h,
    "CL beyond all numbers": lambda h: b"Content-Length: 18446744073709551616\r\n\r\n" + h,
    "CL with a tab of the other kind": lambda h: b"Content-Length: \x0b0\r\n\r\n" + h,
    # Transfer-Encoding that only some understand.
    "TE unknown": lambda h: b"Transfer-Encoding: xchunked\r\n" + length(h) + b"\r\n" + h,
    "TE identity": lambda h: b"Transfer-Encoding: identity\r\n" + length(h) + b"\r\n" + h,
    "TE not at the end": lambda h: b"Transfer-Encoding: chunked, gzip\r\n\r\n" + END + h,
    "TE twice in a line": lambda h: b"Transfer-Encoding: chunked, chunked\r\n\r\n" + END + h,
    "TE twice": lambda h: CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + END + h,
    "TE in quotes": lambda h: (
        b'Transfer-Encoding: "chunked"\r\n' + length(h, 5) + b"\r\n" + END + h
    ),
    "TE with a tab": lambda h: (
        b"Transfer-Encoding:\tchunked\r\n" + length(h, 5) + b"\r\n" + END + h
    ),
    "TE with another tab": lambda h: (
        b"Transfer-Encoding: \x0bchunked\r\n" + length(h, 5) + b"\r\n" + END + h
    ),
    "TE with NUL": lambda h: (
        b"Transfer-Encoding: chunked\x00\r\n" + length(h, 5) + b"\r\n" + END + h
    ),
    "TE in the next line": lambda h: (
        b"Transfer-Encoding:\r\n chunked\r\n" + length(h, 5) + b"\r\n" + END + h
    ),
    # Spaces and ends of lines.
    "TE before a space": lambda h: (
        b"Transfer-Encoding : chunked\r\n" + length(h, 5) + b"\r\n" + END + h
    ),
    "CL before a space": lambda h: b"Content-Length : %d\r\n\r\n" % len(h) + h,
    "CR alone": lambda h: b"X-A: b\r" + CHUNKED + length(h, 5) + b"\r\n" + END + h,
    "LF alone": lambda h: b"X-A: b\n" + CHUNKED + length(h, 5) + b"\r\n" + END + h,
    "a name with a space": lambda h: b"X A: b\r\n" + length(h) + b"\r\n" + h,
    "no name": lambda h: b": b\r\n" + length(h) + b"\r\n" + h,
    "no colon": lambda h: b"X-A\r\n" + length(h) + b"\r\n" + h,
    # Chunks.
    "a chunk below zero": lambda h: CHUNKED + b"\r\n-1\r\n" + h + END,
    "a chunk beyond all numbers": lambda h: CHUNKED + b"\r\n10000000000000000\r\n\r\n" + END + h,
    "a chunk with 0x": lambda h: CHUNKED + b"\r\n0x1\r\na\r\n" + END + h,
    "a chunk that is longer": lambda h: CHUNKED + b"\r\n1\r\nab\r\n" + END + h,
    "an extension with LF": lambda h: CHUNKED + b"\r\n2;\nab\r\n" + chunk(h) + END,
    "an extension with an end": lambda h: CHUNKED + b"\r\n2;\r\nab\r\n" + chunk(h) + END,
    "chunks with LF alone": lambda h: CHUNKED + b"\r\n%x\n%s\n0\n\n" % (len(h), h),
    "a trailer": lambda h: CHUNKED + b"\r\n" + chunk(h) + b"0\r\nContent-Length: 0\r\n\r\n",
}
# Lawful, or read in one way by all: the hidden request is part of the body, and an answer is given.
HARMLESS = {
    "a length": lambda h: length(h) + b"\r\n" + h,
    "a length, twice the same": lambda h: length(h) + length(h) + b"\r\n" + h,
    "an underscore": lambda h: b"Transfer_Encoding: chunked\r\n" + length(h) + b"\r\n" + h,
    "expecting 100": lambda h: b"Expect: 100-continue\r\n" + length(h) + b"\r\n" + h,
    "more of the line above": lambda h: b" " + CHUNKED + length(h) + b"\r\n" + h,
    "LF at the end": lambda h: length(h) + b"\n" + h,
    "LF everywhere": lambda h: (b"X-A: b\r\n" + length(h) + b"\r\n").replace(b"\r", b"") + h,
}


@pytest.fixture
def hidden(site) -> Iterator[bytes]:
    """A request that nobody has made, and nobody ever answers."""
    path = f"/edge/kept/hidden-{next(numbers)}/"
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", "X-Forwarded-Proto: https", "", ""]
    yield "\r\n".join(lines).encode()
    assert site.asked(path) == 0


@pytest.fixture(autouse=True)
def later_visitors(haproxy):
    """Those who come next are answered what they have asked, on the connections that are left."""
    yield
    for _ in range(3):
        assert haproxy.get("/livez", source=OUTSIDE).body == b"alive\n"
        assert haproxy.get("/none/", source=OUTSIDE).status == 404


@pytest.mark.parametrize("shape", SHAPES)
def test_is_refused(door, hidden, shape):
    answer = door.say(door.head("POST /edge/told/ HTTP/1.1") + SHAPES[shape](hidden))

    assert set(answer.statuses) <= REFUSED
    assert len(answer.statuses) == 1 or (answer.ended and answer.said == b"")


@pytest.mark.parametrize("shape", HARMLESS)
def test_is_a_body_and_nothing_else(door, hidden, shape):
    answer = door.say(door.head("POST /edge/told/ HTTP/1.1") + HARMLESS[shape](hidden))

    assert len(answer.statuses) == 1
    assert answer.statuses[0] in REFUSED | {200, 421}  # 421: the line above is that with the Host
    if answer.statuses == [200]:
        assert b'"body_bytes": %d' % len(hidden) in answer.said


@pytest.mark.parametrize("shape", ["a length", "expecting 100", "an underscore"])
def test_what_is_lawful_is_answered(door, hidden, shape):
    answer = door.say(door.head("POST /edge/told/ HTTP/1.1") + HARMLESS[shape](hidden))
    assert answer.statuses == [200]


# Answers that are given before anybody has read the body.
EARLY = {
    "a page from the cache": ("GET /edge/kept/smuggling/", HOST),
    "the head of one": ("HEAD /edge/kept/smuggling/", HOST),
    "a file": ("GET /static/favicon.svg", HOST),
    "a file that is not there": ("POST /static/none", HOST),
    "a foreign host": ("POST /", "evil.example"),
    "a direct host": ("POST /", DIRECT_HOST),
    "a redirect": ("GET /accounts/sign-in", HOST),
    "a form without its token": ("POST /accounts/sign-in/", HOST),
    "what Apache says itself": ("POST /frontz", HOST),
    "health": ("POST /livez", HOST),
    "a method that is not allowed": ("TRACE /", HOST),
    "a method that is unknown": ("JEFF /", HOST),
    "options": ("OPTIONS *", HOST),
}


@pytest.mark.parametrize("early", EARLY)
def test_the_body_of_a_request_that_is_answered_early_is_no_request(door, site, hidden, early):
    """The next one on this connection gets its own answer, or none because it was closed."""
    site.visit("/edge/kept/smuggling/")
    line, host = EARLY[early]
    first = door.head(f"{line} HTTP/1.1", host) + length(hidden) + b"\r\n" + hidden
    second = door.head("GET /livez HTTP/1.1") + b"Connection: close\r\n\r\n"
    answer = door.say(first + second, quiet_s=2)

    assert 1 <= len(answer.statuses) <= 2
    assert answer.ended
    if len(answer.statuses) == 2:
        assert answer.statuses[1] == 200
        assert answer.said.endswith(b"alive\n")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /\r\n",
        b"GET /livez\r\n\r\n",
        b"/livez\r\n\r\n",
        b"GET /livez HTTP/0.9\r\nHost: example.com\r\n\r\n",
        b"GET /livez HTTP/1.1.1\r\nHost: example.com\r\n\r\n",
        b"GET /livez http/1.1\r\nHost: example.com\r\n\r\n",
        b"GET /livez  HTTP/1.1 x\r\nHost: example.com\r\n\r\n",
        b"GET /li\x00vez HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET /li\x01vez HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_a_first_line_that_is_none_is_refused(door, request_):
    """HTTP/0.9, which has no headers, among them."""
    answer = door.say(request_)

    assert answer.said == b"" or answer.statuses[0] in {400, 421, 501, 505}
    assert b"alive" not in answer.said
    assert answer.ended
