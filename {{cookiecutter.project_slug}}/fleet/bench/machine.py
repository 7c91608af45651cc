"""On what was measured: the machine and the versions, and nothing that identifies it."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

PACKAGES = ["Django", "msgspec", "pymemcache"]


def describe() -> dict[str, str]:
    """What it is called, and its model or version."""
    return {
        "CPU": cpu_model(Path("/proc/cpuinfo").read_text()),
        "cores": str(len(os.sched_getaffinity(0))),
        "Python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def cpu_model(cpuinfo: str) -> str:
    """The name of the processor; some machines do not tell."""
    found = re.search(r"^model name\s*: (.*)$", cpuinfo, re.MULTILINE)
    return found[1].strip() if found else platform.machine()
