"""What Apache is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from kickoff.brakes.parsers.apache import Directive, Section
from kickoff.brakes.parts.base import Part
from kickoff.brakes.parts.daemons import Daemon
from kickoff.brakes.values import (
    DEFAULT,
    DoesNotApplyError,
    NotFoundError,
    Value,
    seconds,
    switch,
    whole,
)

MPMS = ("event", "worker", "prefork")
PAGE_CACHE_PARTS = 256  # of shmcb, from 264 MB on

# Apache 2.4, where nothing is written.
DEFAULTS = {
    "allowoverride": "None",
    "extendedstatus": "Off",
    "hostnamelookups": "Off",
    "keepalive": "On",
    "keepalivetimeout": "5",
    "limitrequestbody": "1073741824",
    "limitrequestfields": "100",
    "limitrequestfieldsize": "8190",
    "limitrequestline": "8190",
    "listenbacklog": "511",
    "maxconnectionsperchild": "0",
    "maxkeepaliverequests": "100",
    "timeout": "60",
    "wsgirestrictembedded": "Off",
    "wsgiscriptreloading": "On",
    "wsgisocketrotation": "On",
}
DEFAULTS_OF_THREADED = {
    "startservers": "3",
    "serverlimit": "16",
    "threadlimit": "64",
    "threadsperchild": "25",
    "maxrequestworkers": "400",
    "minsparethreads": "75",
    "maxsparethreads": "250",
}
DEFAULTS_OF_PREFORK = {
    "startservers": "5",
    "serverlimit": "256",
    "maxrequestworkers": "256",
    "minspareservers": "5",
    "maxspareservers": "10",
}
# The names of 2008, still understood.
OLD_NAMES = {"maxrequestworkers": "maxclients", "maxconnectionsperchild": "maxrequestsperchild"}
# A directive in one of these is about the whole server, or about the site.
WIDE = frozenset(["virtualhost", "ifmodule", "ifdefine", "ifversion"])


@dataclass
class Apache(Part):
    all_directives: list[Directive] = field(default_factory=list)

    @cached_property
    def mpm(self) -> Value[str]:
        """The multi-processing module: loaded, or the one that the files are written for."""
        self.require()
        for directive in self.all_directives:
            if directive.name.lower() == "loadmodule" and directive.text.startswith("mpm_"):
                module = directive.arguments[0]
                return Value("MPM", module[4:].removesuffix("_module"), directive.where)
        for directive in self.all_directives:
            for section in directive.sections:
                name = _mpm_of(section)
                if name and not section.argument.startswith("!"):
                    return Value("MPM", name, directive.where)
        return Value("MPM", "event", DEFAULT)

    @cached_property
    def directives(self) -> list[Directive]:
        """The ones that count: not those in sections for a module that is not there."""
        self.require()
        return [line for line in self.all_directives if all(map(self._is_open, line.sections))]

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules that the files load. A part of a configuration may load none."""
        lines = (line for line in self.all_directives if line.name.lower() == "loadmodule")
        return frozenset(line.arguments[0] for line in lines if line.arguments)

    def _is_open(self, section: Section) -> bool:
        if section.kind != "ifmodule":
            return True
        wanted = not section.argument.startswith("!")
        if name := _mpm_of(section):
            return (name == self.mpm.value) == wanted
        module = section.argument.lstrip("!")
        if module.endswith("_module") and self.modules:
            return (module in self.modules) == wanted
        return wanted

    def named(self, name: str) -> list[Directive]:
        """The lines with this directive that say something."""
        return [
            line for line in self.directives if line.arguments and line.name.lower() == name.lower()
        ]

    def wide(self, name: str) -> Directive | None:
        """The last one that counts for the whole server or site."""
        found = [line for line in self.named(name) if _is_wide(line)]
        return found[-1] if found else None

    def text(self, name: str) -> Value[str]:
        """What a directive says, or Apache's default. NotFoundError where it has none."""
        key = name.lower()
        for spelling in (key, OLD_NAMES.get(key, key)):
            if line := self.wide(spelling):
                return Value(line.name, line.text, line.where)
        defaults = DEFAULTS | (
            DEFAULTS_OF_PREFORK if self.mpm.value == "prefork" else DEFAULTS_OF_THREADED
        )
        if key not in defaults:
            raise NotFoundError(f"{self.place}: there is no {name}.")
        return Value(name, defaults[key], DEFAULT)

    def whole(self, name: str) -> Value[int]:
        return self.text(name).map(whole)

    def seconds(self, name: str) -> Value[float]:
        return self.text(name).map(seconds)

    def switch(self, name: str) -> Value[bool]:
        return self.text(name).map(switch)

    def as_value(self, line: Directive) -> Value[str]:
        return Value(line.name, line.text, line.where)

    @property
    def page_cache_space(self) -> Value[int]:
        """Bytes of address space for public pages. DoesNotApplyError where there is no cache."""
        for line in self.named("CacheSocache"):
            if found := re.search(r"\((\d+)\)", line.text):
                return Value(line.name, int(found[1]), line.where)
        raise DoesNotApplyError("Apache has no cache in shared memory with a size.")

    @property
    def page_cache_used(self) -> int:
        """Bytes of a node's memory at most: two parts hold all entries, and each other one begins
        with 4 kB."""
        try:
            space = self.page_cache_space.value
        except DoesNotApplyError:
            return 0
        return 2 * space // PAGE_CACHE_PARTS + PAGE_CACHE_PARTS * 4096

    @property
    def place(self) -> str:
        return ", ".join(file.name for file in self.reading.files[:3]) or "Apache"

    def require_threads(self) -> None:
        if self.mpm.value == "prefork":
            raise DoesNotApplyError(f"The MPM is prefork ({self.mpm.where}).")

    @property
    def is_preforking(self) -> bool:
        return self.mpm.value == "prefork"

    @cached_property
    def daemons(self) -> list[Daemon]:
        return [Daemon.read(line) for line in self.named("WSGIDaemonProcess")]

    @cached_property
    def daemon(self) -> Daemon:
        """The daemon processes that answer requests."""
        for daemon in self.daemons:
            if not daemon.is_service:
                return daemon
        if self.is_embedded:
            raise DoesNotApplyError("The application runs inside Apache's own processes.")
        raise NotFoundError(f"{self.place}: there is no WSGIDaemonProcess.")

    @property
    def is_embedded(self) -> bool:
        """The application runs in prefork's processes: one slot each."""
        return self.is_preforking and not self.daemons

    @cached_property
    def processes(self) -> Value[int]:
        if self.is_embedded:
            return self.whole("MaxRequestWorkers")
        return self._sum("processes", lambda daemon: daemon.whole("processes").value)

    @cached_property
    def threads(self) -> Value[int]:
        if self.is_embedded:
            return Value("threads", 1, self.mpm.where)
        return self.daemon.whole("threads")

    @cached_property
    def slots(self) -> Value[int]:
        """Requests that one node works on at once."""
        if self.is_embedded:
            return self.whole("MaxRequestWorkers")
        return self._sum(
            "slots", lambda each: each.whole("processes").value * each.whole("threads").value
        )

    def _sum(self, name: str, count: Callable[[Daemon], int]) -> Value[int]:
        where = self.daemon.where
        return Value(name, sum(count(each) for each in self.daemons if not each.is_service), where)

    @cached_property
    def aliases(self) -> list[Directive]:
        """The lines that mount the application."""
        return self.named("WSGIScriptAlias") + self.named("WSGIScriptAliasMatch")


def _mpm_of(section: Section) -> str | None:
    if section.kind != "ifmodule":
        return None
    argument = section.argument.lstrip("!")
    for name in MPMS:
        if argument in {f"mpm_{name}_module", f"{name}.c", f"mpm_{name}.c", f"mod_mpm_{name}.c"}:
            return name
    return None


def _is_wide(line: Directive) -> bool:
    return all(section.kind in WIDE for section in line.sections)
