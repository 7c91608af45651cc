"""What HAProxy is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from kickoff.brakes.parsers.haproxy import Line, Section
from kickoff.brakes.parts.base import Part, limit
from kickoff.brakes.values import (
    DEFAULT,
    DoesNotApplyError,
    NotFoundError,
    Value,
    milliseconds,
    whole,
)

# HAProxy 2.6, where nothing is written.
SERVER_DEFAULTS = {
    "inter": "2s",
    "fall": "3",
    "rise": "2",
    "maxconn": "0",
    "weight": "1",
    "pool-purge-delay": "5s",
    "slowstart": "0",
    "fastinter": "0",
}
FEWER_THAN = re.compile(r"nbsrv\(([^)]+)\)\s+lt\s+(\d+)")


@dataclass(frozen=True)
class Server:
    """A `server` line, with the `default-server` lines above it and in the defaults."""

    name: str
    address: str
    lines: tuple[Line, ...]  # the nearest first
    override: dict[str, Value[str]] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return self.lines[0].where

    @property
    def is_checked(self) -> bool:
        for line in self.lines:
            if "no-check" in line.words:
                return False
            if "check" in line.words:
                return True
        return False

    @property
    def is_backup(self) -> bool:
        return any("backup" in line.words for line in self.lines)

    def text(self, option: str) -> Value[str]:
        """NotFoundError where it is neither written nor has a default."""
        if option in self.override:
            return self.override[option]
        for line in self.lines:
            if (found := line.after(option)) is not None:
                return Value(f"{self.name} {option}", found, line.where)
        if option in SERVER_DEFAULTS:
            return Value(f"{self.name} {option}", SERVER_DEFAULTS[option], DEFAULT)
        raise NotFoundError(f"{self.where}: server {self.name} has no {option}.")

    def whole(self, option: str) -> Value[int]:
        return self.text(option).map(lambda text: whole(text.rstrip("%")))

    def seconds(self, option: str) -> Value[float]:
        return self.text(option).map(milliseconds)


@dataclass
class HAProxy(Part):
    sections: list[Section] = field(default_factory=list)
    # Of a running server, by backend and server:
    overrides: dict[tuple[str, str], dict[str, Value[str]]] = field(default_factory=dict)
    states: dict[tuple[str, str], Value[str]] = field(default_factory=dict)

    def of_kind(self, *kinds: str) -> list[Section]:
        self.require()
        return [section for section in self.sections if section.kind in kinds]

    @cached_property
    def frontends(self) -> list[Section]:
        return self.of_kind("frontend", "listen")

    @cached_property
    def backends(self) -> list[Section]:
        """The sections that send requests to servers."""
        return [each for each in self.of_kind("backend", "listen") if each.find("server")]

    def servers(self, section: Section) -> list[Server]:
        defaults = [*reversed(section.find("default-server"))]
        if section.defaults:
            defaults += reversed(section.defaults.find("default-server"))
        return [
            Server(
                line.words[1],
                line.words[2],
                (line, *defaults),
                self.overrides.get((section.name, line.words[1]), {}),
            )
            for line in section.find("server")
            if len(line.words) > 2
        ]

    @cached_property
    def backend(self) -> Section:
        """The backend of the site's pages: the default one, or the one with the most servers."""
        if not self.backends:
            raise NotFoundError("HAProxy has no backend with servers.")
        for frontend in self.frontends:
            for line in frontend.find("default_backend"):
                if found := self.named(line.words[1]):
                    return found
        return max(self.backends, key=lambda each: len(self.servers(each)))

    def named(self, name: str) -> Section | None:
        return next((each for each in self.backends if each.name == name), None)

    @cached_property
    def checked(self) -> list[Section]:
        """The backends whose servers are probed, the site's own first."""
        found = [each for each in self.backends if any(s.is_checked for s in self.servers(each))]
        if not found:
            raise NotFoundError("HAProxy probes no server.")
        return sorted(found, key=lambda each: each is not self.backend)

    def probed_nodes(self) -> list[Server]:
        """One server of each backend that is probed: they share its default-server line."""
        return [self.servers(section)[0] for section in self.checked]

    @cached_property
    def nodes(self) -> list[Server]:
        """The web servers behind it, without those that wait as backup."""
        return [server for server in self.servers(self.backend) if not server.is_backup]

    @cached_property
    def fail_open(self) -> tuple[Line, Section, Value[int]]:
        """The line, the backend and the number: fewer ready nodes than this, and all are asked."""
        for frontend in self.frontends:
            for line in frontend.find("use_backend"):
                where, condition = self._condition(frontend, line)
                found = FEWER_THAN.search(condition)
                target = self.named(line.words[1])
                if target and found and found[1] == self.backend.name:
                    return line, target, Value("nbsrv lt", int(found[2]), where)
        raise DoesNotApplyError("No use_backend … if { nbsrv(…) lt N } opens when nodes fail.")

    def _condition(self, frontend: Section, line: Line) -> tuple[str, str]:
        """The place and the text of what a line depends on, also when an acl has it."""
        names = set(line.words[2:])
        for acl in frontend.find("acl"):
            if acl.words[1] in names:
                return acl.where, " ".join(acl.words)
        return line.where, " ".join(line.words)

    def timeout(self, name: str) -> Value[float]:
        """A time-out of the site's backend or frontend in seconds; none when it is not written."""
        line = self.backend.effective("timeout", name) or next(
            (found for each in self.frontends if (found := each.effective("timeout", name))), None
        )
        label = f"timeout {name}"
        if line is None or len(line.words) < 3:
            return limit(None, label)
        return limit(Value(label, line.words[2], line.where).map(milliseconds), label)

    def setting(self, *words: str, default: str | None = None) -> Value[str]:
        """The word after these, in the site's backend. NotFoundError where there is none."""
        line = self.backend.effective(*words)
        name = " ".join(words)
        if line and len(line.words) > len(words):
            return Value(name, line.words[len(words)], line.where)
        if default is None:
            raise NotFoundError(f"{self.backend.where}: {self.backend.name} has no {name}.")
        return Value(name, default, DEFAULT)

    def has_option(self, name: str, section: Section | None = None) -> Line | None:
        return (section or self.backend).effective("option", name)

    def overall(self, *words: str) -> Value[str]:
        """The word after these in `global`."""
        for section in self.of_kind("global"):
            for line in section.find(*words):
                if len(line.words) > len(words):
                    return Value(" ".join(words), line.words[len(words)], line.where)
        raise NotFoundError(f"HAProxy's global section has no {' '.join(words)}.")
