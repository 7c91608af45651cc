"""Where configuration is looked for, and the parts that are read from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parsers.apache import ApacheReader
from kickoff.brakes.parsers.haproxy import read_sections
from kickoff.brakes.parsers.ini import read_options
from kickoff.brakes.parsers.memcached import read_memcached
from kickoff.brakes.parsers.source import Reading, place
from kickoff.brakes.parsers.sql import read_grants
from kickoff.brakes.parsers.toml import read_tables
from kickoff.brakes.parts.apache import Apache
from kickoff.brakes.parts.fleet import Fleet
from kickoff.brakes.parts.haproxy import HAProxy
from kickoff.brakes.parts.memcached import Memcached
from kickoff.brakes.parts.mysql import MySQL, variables
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.parts.units import Unit, Units

# In the project first, then where distributions put them.
USUAL = {
    "apache": [
        "deploy/apache/site.conf",
        "/etc/apache2/apache2.conf",
        "/etc/httpd/conf/httpd.conf",
        "/usr/local/etc/apache24/httpd.conf",
    ],
    "mysql": ["deploy/mysql/server.cnf", "/etc/mysql/my.cnf", "/etc/my.cnf"],
    "memcached": ["deploy/memcached", "/etc/memcached.conf", "/etc/sysconfig/memcached"],
    "haproxy": ["deploy/haproxy/haproxy.cfg", "/etc/haproxy/haproxy.cfg"],
    "systemd": ["deploy/systemd", "/etc/systemd/system"],
    "fleet": ["deploy/fleet.toml"],
}
# In a folder, these are the files where reading begins.
MAIN_FILES = {
    "apache": ["apache2.conf", "httpd.conf", "conf/httpd.conf", "site.conf"],
    "mysql": ["my.cnf", "server.cnf", "mysqld.cnf"],
    "haproxy": ["haproxy.cfg"],
    "fleet": ["fleet.toml"],
}


@dataclass
class Places:
    """The paths that were named, by kind; the usual ones are looked for below `project`."""

    project: Path
    named: dict[str, Path]

    def find(self, kind: str) -> Path | str:
        """The file or folder, or a sentence that says where there is none."""
        try:
            return self._find(kind)
        except OSError as error:  # a folder that this user may not enter
            return f"{error.filename}: {error.strerror}."

    def _find(self, kind: str) -> Path | str:
        if path := self.named.get(kind):
            return self._main(kind, path) if path.exists() else f"{place(path)} is not there."
        for name in USUAL[kind]:
            if (path := self.project / name).exists():
                return self._main(kind, path)
        return f"Looked for {', '.join(USUAL[kind])}. --{kind} PATH names another place."

    def _main(self, kind: str, path: Path) -> Path | str:
        if not path.is_dir() or kind not in MAIN_FILES:
            return path
        for name in MAIN_FILES[kind]:
            if (path / name).is_file():
                return path / name
        return f"{place(path)} has none of {', '.join(MAIN_FILES[kind])}."


def read_site(places: Places, settings: Settings) -> Configuration:
    """Everything that could be found. Nothing is raised for what could not."""
    return Configuration(
        apache=read_apache(places.find("apache")),
        mysql=_mysql_of(places, settings),
        memcached=read_memcached_servers(places.find("memcached")),
        haproxy=read_haproxy(places.find("haproxy")),
        units=read_units(places.find("systemd")),
        fleet=read_fleet(places.find("fleet")),
        settings=settings,
    )


def _mysql_of(places: Places, settings: Settings) -> MySQL:
    """Asked for by name, or of a site that uses it: on many machines a file of it lies about."""
    engine = settings.engine_name
    if engine and "mysql" not in engine and "mysql" not in places.named:
        return MySQL(idle=f"ENGINE = {engine}: the database is not MySQL or MariaDB.")
    return read_mysql(places.find("mysql"))


def read_apache(path: Path | str) -> Apache:
    if isinstance(path, str):
        return Apache(absent=f"Apache's configuration was not found. {path}")
    reader = ApacheReader()
    reader.read(path)
    return Apache(reading=reader.reading, all_directives=reader.directives)


def read_mysql(path: Path | str) -> MySQL:
    """The options, and the accounts in a users.sql beside them."""
    if isinstance(path, str):
        return MySQL(absent=f"The configuration of MySQL or MariaDB was not found. {path}")
    reading = Reading()
    options = read_options(path, reading)
    part = MySQL(reading=reading, options=options, variables=variables(options))
    for file in sorted(path.parent.glob("*.sql")):
        grants, accounts = read_grants(file, reading)
        part.grants += grants
        part.accounts += accounts
    return part


def read_memcached_servers(path: Path | str) -> Memcached:
    """A file, or the files of all servers in a folder: the first one speaks for the others."""
    if isinstance(path, str):
        return Memcached(absent=f"memcached's configuration was not found. {path}")
    files: Sequence[Path] = sorted(path.glob("*.conf")) if path.is_dir() else [path]
    files = sorted(files, key=lambda file: len(file.name))
    if not files:
        return Memcached(absent=f"{place(path)} has no *.conf.")
    reading = Reading()
    first, *others = (read_memcached(file, reading) for file in files)
    return Memcached(reading=reading, options=first, others=others)


def read_haproxy(path: Path | str) -> HAProxy:
    if isinstance(path, str):
        return HAProxy(absent=f"HAProxy's configuration was not found. {path}")
    reading = Reading()
    return HAProxy(reading=reading, sections=read_sections(path, reading))


def read_units(path: Path | str) -> Units:
    """The units in a folder, each with its drop-ins."""
    if isinstance(path, str):
        return Units(absent=f"The units of systemd were not found. {path}")
    reading, units = Reading(), dict[str, Unit]()
    for file in sorted([*path.glob("*.service"), *path.glob("*.timer")]):
        options = read_options(file, reading)
        for drop_in in sorted(file.parent.glob(f"{file.name}.d/*.conf")):
            options += read_options(drop_in, reading)
        units[file.name] = Unit(file.name, place(file), options)
    return Units(reading=reading, units=units)


def read_fleet(path: Path | str) -> Fleet:
    if isinstance(path, str):
        return Fleet(absent=f"The sizes of the machines were not found. {path}")
    reading = Reading()
    return Fleet(reading=reading, tables=read_tables(path, reading))
