"""The Python of the site: this one, for servers that run as somebody else."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from fleet.up.errors import FleetError
from kickoff.testing.processes import as_unprivileged_user, program
from kickoff.testing.wsgi_python import built_module

PROBE = [sys.executable, "-c", "import django, MySQLdb"]
INSTALL = "python3 config/create_venv.py . --group dev --group mysql --group apache"
# Only to read, and only for these processes.
READ_ONLY_RIGHT = [
    "--inh-caps=+dac_read_search",
    "--ambient-caps=+dac_read_search",
    "--bounding-set=-all,+dac_read_search",
    "--no-new-privs",
]


@dataclass(frozen=True)
class Identity:
    """As whom a process runs that needs this Python: what is put in front of its command, or told
    to subprocess."""

    prefix: list[str] = field(default_factory=list)
    arguments: dict[str, Any] = field(default_factory=dict)


@cache
def identity() -> Identity:
    """The servers' unprivileged user, when root starts the fleet.

    That user often cannot enter root's own folders, where this Python may lie. Then it gets the
    right to read them, and no other. FleetError when that is impossible too.
    """
    own = as_unprivileged_user()
    if not own:
        return Identity()
    if _works(PROBE, own):
        return Identity(arguments=own)
    prefix = [
        program("setpriv", package="util-linux"),
        f"--reuid={own['user']}",
        f"--regid={own['group']}",
        "--clear-groups",
        *READ_ONLY_RIGHT,
    ]
    if _works([*prefix, *PROBE], {}):
        return Identity(prefix)
    raise FleetError(
        f"The servers run as an unprivileged user, who cannot use {sys.executable}. Start the "
        "fleet as an ordinary user, or from an environment where everybody may look: "
        f"{INSTALL} --venv /opt/kickoff-venv && /opt/kickoff-venv/bin/python -m fleet.up"
    )


def check_packages() -> None:
    """FleetError when the driver of MySQL is missing."""
    if importlib.util.find_spec("MySQLdb") is None:
        raise FleetError(f"The driver of MySQL is not installed: {INSTALL}")


@cache
def wsgi_module() -> Path:
    """mod_wsgi for this Python: the installed one, else built for this run."""
    spec = importlib.util.find_spec("mod_wsgi")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for module in Path(folder).glob("server/mod_wsgi-py*.so"):
            return module
    if built := built_module(Path(sys.executable)):
        return built
    raise FleetError(f"mod_wsgi is not installed, and could not be built: {INSTALL}")


def _works(command: list[str], arguments: dict[str, Any]) -> bool:
    try:
        done = subprocess.run(
            command, cwd="/", env={"PATH": os.defpath}, capture_output=True, **arguments
        )
    except OSError:
        return False
    return done.returncode == 0
