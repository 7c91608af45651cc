"""`make drill`, or python -m fleet.drills [NAME…] [--short] [--json] [--out FOLDER]"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fleet.bench.processes import PROJECT, BenchError
from fleet.drills.catalogue import DRILLS
from fleet.drills.report import Report
from fleet.drills.run import run, write
from fleet.drills.scene import LONG, SHORT
from fleet.interruption import listen
from fleet.target import RefusedError
from fleet.up import FleetError

BY_NAME = {drill.name: drill for drill in DRILLS}
BROKEN, CANNOT, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """0: every promise was kept. 1: one was not. 2: the drills could not be done."""
    options = parser().parse_args(arguments)
    chosen = [BY_NAME[name] for name in options.names] or DRILLS
    lengths = SHORT if options.short else LONG
    try:
        report = run(chosen, lengths, command(options), say)
    except (FleetError, RefusedError, BenchError) as error:
        say(str(error))
        return CANNOT
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    write(report, options.out)
    document = json.dumps(report.document(), indent=2, ensure_ascii=False)
    sys.stdout.write((document if options.json else report.summary()) + "\n")
    return code_of(report)


def code_of(report: Report) -> int:
    """In CI a drill that was not run counts as broken: nobody there reads about it."""
    in_ci = os.environ.get("CI") == "true"
    return BROKEN if report.broken or (in_ci and report.not_run) else 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m fleet.drills",
        description="Starts the fleet on this machine, breaks it, and shows what visitors notice.",
        epilog="Exit code: 0 every promise was kept, 1 one was not, 2 it could not be tried.",
    )
    found.add_argument(
        "names",
        nargs="*",
        type=known_name,
        metavar="NAME",
        help=f"Some of: {', '.join(BY_NAME)}. All of them when none is named.",
    )
    found.add_argument("--short", action="store_true", help="Each thing stays broken for 4 s only.")
    found.add_argument("--json", action="store_true", help="drills.json on standard output too.")
    found.add_argument(
        "--out",
        type=Path,
        default=PROJECT,
        metavar="FOLDER",
        help="Where drills.json and docs/ are written (default: this project).",
    )
    return found


def known_name(text: str) -> str:
    """For argparse, whose `choices` do not go with an empty list."""
    if text not in BY_NAME:
        raise argparse.ArgumentTypeError(f"no drill is called {text}")
    return text


def command(options: argparse.Namespace) -> str:
    """How to repeat the run."""
    words = [*options.names, *["--short"] * options.short]
    return " ".join(["make drill", *([f'ARGS="{" ".join(words)}"'] if words else [])])


def say(text: str) -> None:
    """How far it is. Standard output is for the result."""
    sys.stderr.write(f"drill: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    listen()
    sys.exit(main(sys.argv[1:]))
