"""On what was measured: the machine and the versions, and nothing that identifies it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from kickoff.testing.processes import program

PACKAGES = ["Django", "msgspec", "mysqlclient", "pymemcache"]
SERVERS = {
    "MariaDB": ["mariadbd", "mysqld"],
    "memcached": ["memcached"],
}


def describe() -> dict[str, str]:
    """What it is called, and its model or version."""
    return {
        "CPU": cpu_model(Path("/proc/cpuinfo").read_text()),
        "cores": str(len(os.sched_getaffinity(0))),
        "Python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        **{name: server_version(*names) for name, names in SERVERS.items()},
    }


def cpu_model(cpuinfo: str) -> str:
    """The name of the processor; some machines do not tell."""
    found = re.search(r"^model name\s*: (.*)$", cpuinfo, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def server_version(*names: str) -> str:
    """What the program says, without its path and its build."""
    command = [program(*names, package=names[0]), "--version"]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    found = re.search(r"\d+\.\d+\.\d+", said)
    return found[0] if found else "unknown"
