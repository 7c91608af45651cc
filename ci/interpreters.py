"""The Python interpreters of this machine, found by trying.

ci/demo and ci/test import this before they know how old the running Python is: no syntax here that
is newer than Python 3.6.
"""

import os
import subprocess
import sys

OLDEST = (3, 11)
RELEASES = ("3.14", "3.13", "3.12", "3.11")  # any of these runs ci/demo, the first is preferred

PROBE = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"


def exec_new_enough() -> None:
    """Go on in this Python, or start again in a newer one, or exit with a line that says why."""
    if sys.version_info[:2] >= OLDEST:
        return
    for release in RELEASES:
        python = find(release)
        if python:
            os.execv(python, [python, *sys.argv])
    sys.exit(
        f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old and no newer one was "
        f"found. Kickoff needs Python {OLDEST[0]}.{OLDEST[1]} or newer."
    )


def find(release: str) -> "str | None":
    """The path of an interpreter of this release that really starts."""
    commands = [[sys.executable], ["python" + release], ["python3"], ["python"]]
    for command in commands:
        path = path_of(command, release)
        if path:
            return path
    return find_in_pyenv(release) or find_in_uv(release)


def find_in_pyenv(release: str) -> "str | None":
    """Its shims are on the PATH, but start only what a PYENV_VERSION chooses."""
    for version in output_of(["pyenv", "versions", "--bare"]).split():
        if version.startswith(release + "."):
            path = path_of(["pyenv", "exec", "python"], release, PYENV_VERSION=version)
            if path:
                return path
    return None


def find_in_uv(release: str) -> "str | None":
    found = output_of(["uv", "python", "find", release]).strip()
    return path_of([found], release) if found else None


def path_of(command: "list[str]", release: str, **environment: str) -> "str | None":
    """What `command` starts, if that is a Python of this release."""
    answer = output_of([*command, "-c", PROBE], **environment).splitlines()
    return answer[1] if answer[:1] == [release] else None


def output_of(command: "list[str]", **environment: str) -> str:
    """What it prints; nothing if it cannot be started or fails."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=dict(os.environ, **environment),
            encoding="utf-8",
        )
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""
