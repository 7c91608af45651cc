"""That the configuration could be read at all: one rule for each part of it."""

from __future__ import annotations

from collections.abc import Callable

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.base import Part
from kickoff.brakes.registry import ERROR, rule
from kickoff.brakes.results import Check, Outcome, expect
from kickoff.brakes.values import NotFoundError, Value

PARTS = {
    "B01": ("apache", "Apache's configuration"),
    "B02": ("haproxy", "HAProxy's configuration"),
    "B03": ("mysql", "the configuration of MySQL or MariaDB"),
    "B04": ("memcached", "memcached's configuration"),
    "B05": ("units", "the units of systemd"),
    "B06": ("fleet", "deploy/fleet.toml"),
    "B07": ("settings", "Django's settings"),
}


def reads(attribute: str) -> Callable[[Configuration], Outcome]:
    def check(site: Configuration) -> Outcome:
        part: Part = getattr(site, attribute)
        mistakes = [problem for problem in part.reading.problems if not problem.missing]
        missing = [problem for problem in part.reading.problems if problem.missing]
        if mistakes:
            found = [Value("not understood", each.text, each.where) for each in mistakes]
            return expect(False, "lines that the server understands", *found)
        part.require()
        if missing:
            raise NotFoundError("; ".join(map(str, missing)))
        files = ", ".join(file.name for file in part.reading.files)
        return expect(True, "everything was understood", Value("read", files, attribute))

    return check


def _register() -> None:
    for id, (attribute, title) in PARTS.items():
        check: Check = reads(attribute)
        rule(
            id,
            ERROR,
            f"{title[0].upper()}{title[1:]} can be read",
            reads=title,
            why="What cannot be read cannot be held against the rest.",
            mend="Correct the line, or name the place: brakes --help.",
        )(check)


_register()
