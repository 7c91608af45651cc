"""Apache's logs: few lines, and files that rotate without a reload."""

from __future__ import annotations

import re

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parsers.apache import Directive
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.rules.everywhere import all_are
from kickoff.brakes.values import DoesNotApplyError, NotFoundError


@rule(
    "C16d",
    WARNING,
    "The access log has errors and slow requests only",
    reads="CustomLog, TransferLog",
    why="A line for each request is a write for each request; on a full disk it is an outage.",
    mend='CustomLog "|…rotatelogs …" format "expr=%{REQUEST_STATUS} -ge 500"',
)
def few_lines_are_logged(site: Configuration) -> Outcome:
    lines = site.apache.named("CustomLog") + site.apache.named("TransferLog")
    bad = [line for line in lines if not _is_conditional(line)]
    return expect(not bad, "none, or with expr= or env=", *map(site.apache.as_value, bad or lines))


def _is_conditional(line: Directive) -> bool:
    return any(word.startswith(("expr=", "env=")) for word in line.arguments[1:])


@rule(
    "C17",
    ERROR,
    "Logs are rotated without a reload",
    reads="ErrorLog, CustomLog",
    why="A reload sends SIGTERM to mod_wsgi's processes: once a day requests are cut off.",
    mend='ErrorLog "|/usr/bin/rotatelogs -n 5 … 10M"',
)
def logs_rotate_themselves(site: Configuration) -> Outcome:
    lines = site.apache.named("ErrorLog") + site.apache.named("CustomLog")
    if not lines:
        raise NotFoundError(f"{site.apache.place}: there is no ErrorLog.")
    targets = ("syslog", "/dev/std", "/dev/null", "/proc/self")
    bad = [
        line
        for line in lines
        if "rotatelogs" not in line.arguments[0] and not line.arguments[0].startswith(targets)
    ]
    return expect(
        not bad, "each through rotatelogs or to syslog", *map(site.apache.as_value, bad or lines)
    )


@rule(
    "C17c",
    WARNING,
    "Apache's logs have room for an incident, and an end",
    reads="rotatelogs -n, and its size",
    why="Without a number of files the disk fills; with one file the rotation loses all at once.",
    mend='ErrorLog "|/usr/bin/rotatelogs -n 6 … 20M"',
)
def logs_have_an_end(site: Configuration) -> Outcome:
    lines = [
        line
        for line in site.apache.named("ErrorLog") + site.apache.named("CustomLog")
        if "rotatelogs" in line.arguments[0]
    ]
    if not lines:
        raise DoesNotApplyError("No log goes through rotatelogs.")
    totals = [_kept_mib(line.arguments[0]) for line in lines]
    return expect(
        all(files >= 4 and 60 < files * each < 240 for files, each in totals),
        "at least 4 files; 60 MB < files × size < 240 MB for each log",
        *map(site.apache.as_value, lines),
    )


def _kept_mib(command: str) -> tuple[int, int]:
    """Files and the size of each; 0 where rotatelogs has no such limit."""
    files, each = re.search(r"-n\s*(\d+)", command), re.search(r"\s(\d+)M\b", command)
    return int(files[1]) if files else 0, int(each[1]) if each else 0


@rule(
    "C17b",
    WARNING,
    "A reload leaves the daemon's socket where it is",
    reads="WSGISocketRotation",
    why="With a new socket, connections of the old processes meet errors WSGI0116 and WSGI0117.",
    mend="WSGISocketRotation Off",
)
def sockets_stay(site: Configuration) -> Outcome:
    site.apache.daemon  # noqa: B018  # embedded: there is no socket
    return all_are(site.apache, "WSGISocketRotation", "Off")
