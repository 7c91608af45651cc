"""The files of deploy/, written from the fleet with the templates beside this module.

A template looks like its file: comments and all, with the numbers left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Origin
from django.template.loaders.filesystem import Loader

from kickoff.tuning.fleet import Fleet, MemcachedServer
from kickoff.tuning.sizing import sizes_of
from kickoff.tuning.words import words

TEMPLATES = Path(__file__).parent / "templates"
FLEET_FILE = "fleet.toml"
NAMES = (
    "apache/site.conf",
    "apache/prefork.conf",
    "mysql/server.cnf",
    "mysql/users.sql",
    "haproxy/haproxy.cfg",
    "systemd/web.service",
    "systemd/web-prefork.service",
    "systemd/refresher.service",
    "systemd/disk-watch.service",
    "systemd/disk-watch.timer",
    "systemd/disk-watch.sh",
    "compose.yaml",
    "Dockerfile",
    "hosts",
    "site.env",
)
MEMCACHED = "memcached/memcached.conf"

_BLOCK_LINE = re.compile(
    r"^[ \t]*(\{% (?:for|endfor|if|else|endif)\b[^%]*%\})[ \t]*\n", re.MULTILINE
)
_UNKNOWN = "!unknown %s!"


@dataclass(frozen=True)
class WrittenFile:
    name: str  # below deploy/
    text: str

    def difference(self, folder: Path) -> str:
        """What writing it would change, in the way of `diff -u`; empty when they agree."""
        path = folder / self.name
        found = path.read_text(encoding="utf-8") if path.is_file() else ""
        lines = unified_diff(
            found.splitlines(keepends=True),
            self.text.splitlines(keepends=True),
            f"deploy/{self.name}",
            f"deploy/{self.name} (tuned)",
        )
        return "".join(lines)

    def write(self, folder: Path) -> None:
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.text, encoding="utf-8", newline="\n")
        if path.suffix == ".sh":
            path.chmod(0o755)


def tuned_files(fleet: Fleet) -> list[WrittenFile]:
    """All files of deploy/ for this fleet, fleet.toml aside."""
    context = words(sizes_of(fleet))
    caches = [
        WrittenFile(
            memcached_file(fleet, server), _rendered(MEMCACHED, context | {"server": server})
        )
        for server in fleet.memcached
    ]
    for place, file in zip(context["memcached_places"], caches, strict=True):
        place["arguments"] = memcached_arguments(file.text)
    return [WrittenFile(name, _rendered(name, context)) for name in NAMES] + caches


def memcached_file(fleet: Fleet, server: MemcachedServer) -> str:
    """memcached.conf for the first, memcached-<name>.conf for others: each has its own address."""
    if server == fleet.memcached[0]:
        return MEMCACHED
    return MEMCACHED.replace(".conf", f"-{server.name}.conf")


def memcached_arguments(text: str) -> list[str]:
    """The arguments of a memcached.conf, as Debian's starter of memcached reads them."""
    lines = [line.strip() for line in text.splitlines()]
    return [word for line in lines if line.startswith("-") for word in line.split()]


class _TrimmingLoader(Loader):
    """Lines with nothing but a tag leave no empty line; an included part ends without one."""

    def get_contents(self, origin: Origin) -> str:
        text = _BLOCK_LINE.sub(r"\1", super().get_contents(origin))
        return text.rstrip("\n") if Path(origin.name).name.startswith("_") else text


_ENGINE = Engine(
    string_if_invalid=_UNKNOWN,
    loaders=[(f"{__name__}.{_TrimmingLoader.__name__}", [str(TEMPLATES)])],
)


def _rendered(name: str, context: dict[str, Any]) -> str:
    text = _ENGINE.get_template(f"deploy/{name}").render(
        Context(context, autoescape=False, use_l10n=False)
    )
    if _UNKNOWN.split("%s")[0] in text:
        unknown = re.findall(_UNKNOWN.replace("%s", "(.*?)"), text)
        raise LookupError(f"The template of {name} says {unknown}, which words.py does not know")
    return text
