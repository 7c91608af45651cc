"""A sound site to break: the tuned files of a fleet, its settings, and changes to both."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.places import Places, read_site
from kickoff.tuning.files import tuned_files
from kickoff.tuning.fleet import read_fleet

FLEET = """
refreshers = ["web1", "web2"]

[site]
name = "site"
domain = "example.com"
folder = "/srv/site"
direct_networks = ["10.0.0.0/24", "10.8.0.0/24"]
private_network = "10.0.0.0/24"
peak_requests_per_s = {peak}

[application]
threads = 5
process_mb = 200
request_ms = 40
pool_size = 5

[load_balancer]
address = "10.0.0.2"
cpus = 4

[database]
address = "10.0.0.5"
cpus = {cpus}
memory_gb = {memory_gb}
"""
MEMCACHED = """
[[memcached]]
name = "cache{number}"
address = "10.0.0.{address}"
memory_mb = {memory_mb}
"""
NODE = """
[[nodes]]
name = "web{number}"
address = "10.0.0.{address}"
cpus = {cpus}
memory_gb = {memory_gb}
"""


class Text(NamedTuple):
    """A place in a file below deploy/, and what stands there instead. Added when `old` is empty."""

    file: str
    old: str
    new: str


class Setting(NamedTuple):
    """A path such as `DATABASES.default.CONN_MAX_AGE`, and its other value."""

    path: str
    value: Any


Change = Text | Setting


def fleet_text(nodes: int, cpus: int, memory_gb: int, peak: int) -> str:
    half_gb = memory_gb * 1024 // 8
    return (
        FLEET.format(cpus=cpus, memory_gb=memory_gb, peak=peak)
        + "".join(MEMCACHED.format(number=n, address=10 + n, memory_mb=half_gb) for n in (1, 2))
        + "".join(
            NODE.format(number=n, address=10 + n, cpus=cpus, memory_gb=memory_gb)
            for n in range(1, nodes + 1)
        )
    )


def write_deploy(folder: Path, fleet: str) -> None:
    """The files that `tune` makes of this fleet, in `folder`."""
    folder.mkdir(parents=True)
    (folder / "fleet.toml").write_text(fleet, encoding="utf-8")
    for file in tuned_files(read_fleet(folder / "fleet.toml")):
        file.write(folder)


@dataclass(frozen=True)
class Site:
    """The files of deploy/ by name, and the settings of a node."""

    files: dict[str, str]
    settings: dict[str, Any]

    def changed(self, *changes: Change) -> Site:
        """The site with these changes. A change that finds nothing to change is a mistake."""
        files, settings = dict(self.files), copy.deepcopy(self.settings)
        for change in changes:
            if isinstance(change, Text):
                assert change.old in files[change.file], f"{change.file} has no {change.old!r}"
                files[change.file] = (
                    files[change.file].replace(change.old, change.new)
                    if change.old
                    else f"{files[change.file]}\n{change.new}\n"
                )
            else:
                *path, last = change.path.split(".")
                target = settings
                for name in path:
                    target = target[name]
                target[last] = change.value
        return Site(files, settings)

    def read(self, folder: Path, **named: str) -> Configuration:
        """What the brakes see of it, by way of files in `folder`; `named` as `brakes --apache`."""
        for name, text in self.files.items():
            path = folder / "deploy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        places = {kind: folder / "deploy" / name for kind, name in named.items()}
        return read_site(Places(folder, places), Settings(values=copy.deepcopy(self.settings)))
