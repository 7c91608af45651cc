"""Make .venv with everything that development needs: python3 config/create_venv.py

uv does it where it is installed, else Python's own venv and pip, with the same result. Arguments
replace what is installed, in pip's words: `. --group dev --group mysql` adds the MySQL driver.

Standard library only, because nothing is installed yet; and no syntax newer than Python 3.6, so
that an old Python gets far enough to say that it is too old.
"""

import argparse
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)  # requires-python of pyproject.toml
OLDEST_PIP = "pip>=25.1"  # the first that knows --group


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--venv", type=Path, default=PROJECT / ".venv", help="default: .venv")
    options, what = parser.parse_known_args()
    try:
        create_venv(options.venv.absolute(), what or [".", "--group", "dev"])
    except SetupError as error:
        sys.exit(f"create_venv: {error}")


def create_venv(venv: Path, what: "list[str]") -> None:
    """Install `what` into `venv`, which is made anew unless its Python works."""
    check_python()
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv = shutil.which("uv")
    print(f"Installing into {venv} with {'uv' if uv else 'pip'} ...", flush=True)
    if not works(python):
        make_empty(venv, uv)
    if uv:
        run([uv, "pip", "install", "--quiet", "--python", str(python), *what])
    else:
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, OLDEST_PIP])
        run([*pip, *what])


def make_empty(venv: Path, uv: "str | None") -> None:
    if (venv / "pyvenv.cfg").exists():
        shutil.rmtree(str(venv))
    if uv:
        # --seed: pip is there too, as in an environment that venv has made.
        run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(venv)])
    elif importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "this Python comes without ensurepip. Install it (Debian, Ubuntu: "
            "apt install python3-venv) or install uv, then try again."
        )
    else:
        run([sys.executable, "-m", "venv", str(venv)])


def check_python() -> None:
    if sys.version_info[:2] < OLDEST:
        raise SetupError(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is too old, "
            f"{OLDEST[0]}.{OLDEST[1]} is the oldest that works. Name a newer one, for example: "
            "make setup PYTHON=python3.13"
        )


def works(python: Path) -> bool:
    """Whether this environment's Python is there, starts, has pip, and is new enough."""
    probe = f"import sys, pip; sys.exit(sys.version_info[:2] < {OLDEST})"
    return python.exists() and subprocess.call([str(python), "-c", probe]) == 0


def run(command: "list[str]") -> None:
    """Run it in silence; if it fails, raise SetupError with the line that says why."""
    done = subprocess.run(
        command,
        cwd=PROJECT,  # where `.` and the groups are
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        tool = command[2] if command[1] == "-m" else "uv"
        loud = shlex.join(part for part in command if part != "--quiet")
        raise SetupError(
            f"{tool} failed: {reason(done.stdout)} (No network? See more with: {loud})"
        )


def reason(output: str) -> str:
    """The line of a tool's output that says why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1]


class SetupError(Exception):
    """Something outside this project is missing; the message says what to do."""


if __name__ == "__main__":
    main()
