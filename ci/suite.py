"""The tests: what they need is found or made first, then pytest takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import environments
import interpreters
import packages
from checkout import ROOT

IN_CI = os.environ.get("CI") == "true"
INTERRUPTED, NO_TESTS = 2, 5  # exit codes of pytest

USAGE = """usage: ci/test [fast] [arguments for pytest]

Run the tests of the template and of the projects that it generates.
fast: only what needs no server, no browser and no generated project's own tests.
What wants the machine for itself runs after the rest: the hammer of the cache,
the drills of the fleet and its measurement.
"""

# Three for two processors: a third of the time they wait, for servers and for time-outs.
WORKERS = max(2, 3 * (os.cpu_count() or 1) // 2)
SIDE_BY_SIDE = ["-n", str(WORKERS), "--dist", "worksteal"]
FAST = [[*SIDE_BY_SIDE, "-m", "not project"]]
ALL = [[*SIDE_BY_SIDE, "-m", "not alone"], ["-m", "alone"]]


def main() -> None:
    arguments = sys.argv[1:]
    if "--help" in arguments:
        sys.exit(USAGE)
    fast = arguments[:1] == ["fast"]
    if not fast:
        provide_programs()
    release = provide_environments(fast)
    pytest = [str(environments.python_of(release)), "-m", "pytest"]
    os.chdir(ROOT)
    if fast:
        sys.exit(run([[*pytest, *stage, *arguments[1:]] for stage in FAST]))
    sys.exit(run([[*pytest, *stage, *arguments] for stage in ALL]))


def run(stages: list[list[str]]) -> int:
    """Run one after the other, also when one before has failed; the code of the first failure.

    `ci/test -k hammer` leaves some of them without tests: that is a failure only of all together.
    """
    codes = []
    for command in stages:
        codes.append(run_stage(command))
        if codes[-1] < 0 or codes[-1] == INTERRUPTED:
            break
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    return failed[0] if failed else min(codes)


def run_stage(command: list[str]) -> int:
    """Run it to its end. Ctrl-C reaches it by itself; to a SIGTERM we help it."""
    stage = subprocess.Popen(command)
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: stage.terminate())
    return stage.wait()


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
