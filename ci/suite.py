"""The tests: what they need is found or made first, then pytest takes over."""

from __future__ import annotations

import os
import subprocess
import sys

import environments
import interpreters
import packages
from checkout import ROOT

IN_CI = os.environ.get("CI") == "true"


USAGE = """usage: ci/test [fast] [arguments for pytest]

Run the tests of the template and of the projects that it generates.
fast: only what needs no server, no browser and no generated project's own tests.
"""


def main() -> None:
    arguments = sys.argv[1:]
    if "--help" in arguments:
        sys.exit(USAGE)
    fast = arguments[:1] == ["fast"]
    if not fast:
        provide_programs()
    release = provide_environments(fast)
    selection = ["-m", "not project", *arguments[1:]] if fast else arguments
    python = str(environments.python_of(release))
    os.chdir(ROOT)
    os.execv(python, [python, "-m", "pytest", "-n", "auto", "--dist", "worksteal", *selection])


def provide_programs() -> None:
    missing = packages.missing()
    if not missing:
        return
    if packages.can_install():
        say(f"Installing {', '.join(missing)}")
        packages.install(missing)
    else:
        lack(f"Tests that need {', '.join(missing)}", f"apt-get install {' '.join(missing)}")


def provide_environments(fast: bool) -> str:
    """Environments for the Pythons that are here; the release that pytest runs in."""
    found = {release: interpreters.find(release) for release in environments.RELEASES}
    here = {release: path for release, path in found.items() if path}
    for release in sorted(found.keys() - here.keys()):
        lack(f"Tests on Python {release}", f"uv python install {release}")
    if not here:
        here = {"{}.{}".format(*sys.version_info[:2]): sys.executable}
    if fast:
        here = dict(list(here.items())[:1])
    for release, interpreter in here.items():
        say(f"Python {release}: {interpreter}")
        try:
            environments.provide(release, interpreter)
        except subprocess.CalledProcessError as failed:
            sys.exit(failed.returncode)  # it has said why
    return next(iter(here))


def lack(what: str, remedy: str) -> None:
    """Nothing is skipped in CI; elsewhere a line says what is."""
    if IN_CI:
        sys.exit(f"{what} cannot run. Install what is missing: {remedy}")
    say(f"{what} are skipped. To run them: {remedy}")


def say(text: str) -> None:
    print(text, flush=True)
