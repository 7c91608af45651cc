"""The programs that tests need beside Python, and the Debian packages that bring them."""

from __future__ import annotations

import os
import shutil
import subprocess

# Debian's package -> the programs of which one has to be there.
PACKAGES = {
    # The browser tests of the sample site, by any of the names that they look for.
    "chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    # The tests that nothing goes on running.
    "procps": ("ps",),
    # The CI files of the projects are tried out.
    "make": ("make",),
    # The servers that the tests of the cache start for themselves.
    "memcached": ("memcached",),
    "mariadb-server": ("mariadbd", "mysqld"),
    # The servers that the tests of deploy/ start with the shipped files, and who judges the units.
    "apache2": ("apache2", "httpd"),
    "apache2-utils": ("rotatelogs",),
    "haproxy": ("haproxy",),
    # Of the lines in docs/load.md.
    "wrk": ("wrk",),
    "openssl": ("openssl",),
    "systemd": ("systemd-analyze",),
    "mariadb-client": ("mariadb", "mysql"),
    # What building mod_wsgi takes.
    "apache2-dev": ("apxs", "apxs2"),
    "python3-dev": ("python3-config",),
    # What building the driver of MySQL takes.
    "libmariadb-dev": ("mariadb_config", "mysql_config"),
    "pkg-config": ("pkg-config",),
    "gcc": ("gcc", "cc"),
}
DRIVER_PACKAGES = ("libmariadb-dev", "pkg-config", "gcc")
MODULE_PACKAGES = ("apache2-dev", "python3-dev", "gcc")
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")  # not on everybody's PATH


def missing() -> list[str]:
    return [
        package
        for package, programs in PACKAGES.items()
        if not any(is_here(program) for program in programs)
    ]


def is_here(program: str) -> bool:
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS])
    return shutil.which(program, path=path) is not None


def can_build_driver() -> bool:
    """Whether mysqlclient can be installed; it comes as source."""
    return not set(DRIVER_PACKAGES) & set(missing())


def can_build_module() -> bool:
    """Whether mod_wsgi can be installed; it comes as source, too."""
    return not set(MODULE_PACKAGES) & set(missing())


def can_install() -> bool:
    return os.name == "posix" and os.geteuid() == 0 and bool(shutil.which("apt-get"))


def install(packages: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "--quiet", *command], check=True, env=environment)
