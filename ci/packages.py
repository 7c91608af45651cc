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
}


def missing() -> list[str]:
    return [
        package
        for package, programs in PACKAGES.items()
        if not any(shutil.which(program) for program in programs)
    ]


def can_install() -> bool:
    return os.name == "posix" and os.geteuid() == 0 and bool(shutil.which("apt-get"))


def install(packages: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "--quiet", *command], check=True, env=environment)
