"""What a request may take of Apache: time to arrive, and size."""

from __future__ import annotations

import re

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parsers.apache import Directive
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DEFAULT, NotFoundError, Value, seconds, size

# Of mod_reqtimeout since 2.4.39, in seconds: the first byte, and the last.
OWN_SPANS = {"header": (20.0, 40.0), "body": (20.0, 20.0)}


@rule(
    "C40",
    ERROR,
    "A slow visitor does not hold a thread of Apache",
    reads="RequestReadTimeout, timeout http-request",
    why="A byte a minute keeps a thread busy: forty such visitors close the node.",
    mend="RequestReadTimeout header=10-20,MinRate=500 body=20,MinRate=500",
)
def slow_requests_end(site: Configuration) -> Outcome:
    apache = site.apache
    line = apache.wide("RequestReadTimeout")
    if line is None and "reqtimeout_module" not in apache.modules:
        return expect(False, "mod_reqtimeout", Value("RequestReadTimeout", "", "not set"))
    spans = OWN_SPANS | (read_spans(line) if line else {})
    front = apache.seconds("Timeout").value
    found = apache.as_value(line) if line else Value("RequestReadTimeout", str(spans), DEFAULT)
    holds = all(0 < low <= high < front for low, high in spans.values())
    return expect(holds, f"header and body above 0, below Timeout {front:g}", found)


@rule(
    "C40c",
    WARNING,
    "Apache gives a visitor hardly more time for a request than HAProxy does",
    reads="RequestReadTimeout, timeout http-request",
    why="What HAProxy has let through comes at once. Longer limits only serve those who attack "
    "the direct hosts; shorter ones cut off honest ones.",
    mend="RequestReadTimeout header=5-10,MinRate=500 body=10,MinRate=500, for http-request 5s",
)
def both_read_alike(site: Configuration) -> Outcome:
    line = site.apache.wide("RequestReadTimeout")
    if line is None:
        raise NotFoundError(f"{site.apache.place}: there is no RequestReadTimeout.")
    spans, limit = read_spans(line), site.haproxy.timeout("http-request")
    low, high = spans.get("header", (0.0, 0.0))
    _, body = spans.get("body", (0.0, 0.0))
    rates = [int(rate) for rate in re.findall(r"minrate=(\d+)", line.text, re.IGNORECASE)]
    holds = (
        limit.value <= low < high < 4 * limit.value
        and limit.value < body < 4 * limit.value
        and all(250 < rate < 1000 for rate in rates)
    )
    return expect(
        holds,
        f"{limit.value:g} (timeout http-request) ≤ header's first < last < {4 * limit.value:g}, "
        f"{limit.value:g} < body < {4 * limit.value:g}; 250 < MinRate < 1000, Apache's own is 500",
        site.apache.as_value(line),
        limit,
    )


def read_spans(line: Directive) -> dict[str, tuple[float, float]]:
    """The first and the last limit of RequestReadTimeout for header and body, in seconds."""
    spans = dict[str, tuple[float, float]]()
    for word in line.arguments:
        name, _, rest = word.partition("=")
        low, _, high = rest.partition(",")[0].partition("-")
        try:
            spans[name.lower()] = (seconds(low), seconds(high or low))
        except ValueError as error:
            raise NotFoundError(f"{line.where}: {word}: {error}") from error
    return spans


@rule(
    "C40b",
    ERROR,
    "Apache refuses what is too large before Python sees it",
    reads="LimitRequestBody, LimitRequestLine, LimitRequestFieldSize, LimitRequestFields",
    why="Bodies without a limit fill the disk; headers without one fill the memory.",
    mend="LimitRequestBody 5242880",
)
def requests_are_limited(site: Configuration) -> Outcome:
    body = site.apache.text("LimitRequestBody").map(size)
    line, field, fields = map(
        site.apache.whole, ("LimitRequestLine", "LimitRequestFieldSize", "LimitRequestFields")
    )
    holds = (
        0 < body.value <= 100 * 2**20
        and 4096 < line.value <= 8190
        and 4096 < field.value <= 8190
        and 25 < fields.value <= 100
    )
    return expect(
        holds,
        "0 < body ≤ 100 MiB; 4096 < line, field ≤ 8190; 25 < fields ≤ 100",
        body,
        line,
        field,
        fields,
    )


@rule(
    "C40d",
    WARNING,
    "Apache takes the bodies that Django takes, and not many times more",
    reads="LimitRequestBody, DATA_UPLOAD_MAX_MEMORY_SIZE",
    why="A smaller limit refuses forms that Django would take; a larger one fills the disk first.",
    mend="LimitRequestBody = 2 × DATA_UPLOAD_MAX_MEMORY_SIZE, or what the site's uploads need",
)
def bodies_fit_django(site: Configuration) -> Outcome:
    body = site.apache.text("LimitRequestBody").map(size)
    django = site.settings.get("DATA_UPLOAD_MAX_MEMORY_SIZE")
    return expect(
        django.value < body.value < 4 * django.value,
        f"{django.value} < LimitRequestBody < {4 * django.value}",
        body,
        django,
    )


@rule(
    "C40e",
    ERROR,
    "Apache takes requests as the standard has them, and no others",
    reads="HttpProtocolOptions",
    why="What two servers read differently hides a second request in the first. HTTP/0.9 has no "
    "headers: its answers carry none of those that protect visitors.",
    mend="HttpProtocolOptions Strict RegisteredMethods Require1.0",
)
def requests_are_strict(site: Configuration) -> Outcome:
    lines = site.apache.named("HttpProtocolOptions")
    words = {word.lower() for line in lines for word in line.arguments}
    found = [site.apache.as_value(line) for line in lines] or [
        Value("HttpProtocolOptions", "Strict LenientMethods Allow0.9", DEFAULT)
    ]
    holds = "require1.0" in words and not words & {"unsafe", "allow0.9"}
    return expect(holds, "Require1.0, and neither Unsafe nor Allow0.9", *found)


@rule(
    "C40f",
    WARNING,
    "A form that comes slowly holds no slot",
    reads="option http-buffer-request",
    why="Python waits for the rest of a form as long as Apache does. A few visitors who send one "
    "byte by byte take every slot of a node.",
    mend="option http-buffer-request",
)
def slow_forms_wait_outside(site: Configuration) -> Outcome:
    haproxy = site.haproxy
    sections = [haproxy.backend, *haproxy.of_kind("frontend")]
    lines = [haproxy.has_option("http-buffer-request", section) for section in sections]
    line = next(filter(None, lines), None)
    where = line.where if line else DEFAULT
    found = Value("option http-buffer-request", "on" if line else "off", where)
    return expect(line is not None, "on", found)


@rule(
    "C40g",
    WARNING,
    "A body whose length no number can hold goes no further than HAProxy",
    reads="http-request reject with req.fhdr(content-length),length",
    why="HAProxy 2.6 reads 2^64, a number of twenty digits, as 0: it takes the body for the next "
    "request, and Apache does not.",
    mend="http-request reject if { req.fhdr(content-length),length gt 18 }",
)
def lengths_are_numbers(site: Configuration) -> Outcome:
    lines = [
        line
        for section in site.haproxy.of_kind("frontend")
        for line in section.find("http-request", "reject", "if")
        if "req.fhdr(content-length),length" in line.words
    ]
    found = [Value("digits", int(line.after("gt") or 0), line.where) for line in lines] or [
        Value("digits", 0, DEFAULT)
    ]
    return expect(all(9 < each.value < 19 for each in found), "9 < digits < 19", *found)
