"""`make bench`, or python -m fleet.bench [--quick] [--json] [--only SUBJECT] [--out FOLDER]"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from fleet.bench.plan import FULL, QUICK
from fleet.bench.processes import PROJECT, BenchError
from fleet.bench.rows import SUBJECTS
from fleet.bench.run import run, write
from fleet.interruption import listen

BY_NAME = {subject.name: subject for subject in SUBJECTS}
MISSED, CANNOT, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """0: all that is required is met, or missed within the noise. 1: something is missed. 2: it
    could not be measured."""
    options = parser().parse_args(arguments)
    chosen = [BY_NAME[name] for name in options.only] or SUBJECTS
    try:
        report = run(chosen, QUICK if options.quick else FULL, command(options), say)
    except BenchError as error:
        say(str(error))
        return CANNOT
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED
    write(report, options.out)
    document = json.dumps(report.document(), indent=2, ensure_ascii=False)
    sys.stdout.write((document if options.json else report.summary()) + "\n")
    return MISSED if report.missed else 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m fleet.bench",
        description="Measures the site side by side with the plainest way to do the same.",
        epilog="Exit code: 0 met, 1 missed beyond the noise, 2 could not be measured.",
    )
    found.add_argument("--quick", action="store_true", help="Fewer rounds and fewer leagues.")
    found.add_argument("--json", action="store_true", help="bench.json on standard output too.")
    found.add_argument(
        "--only",
        action="append",
        default=[],
        choices=BY_NAME,
        metavar="SUBJECT",
        help=f"One of {', '.join(BY_NAME)}; may be repeated.",
    )
    found.add_argument(
        "--out",
        type=Path,
        default=PROJECT,
        metavar="FOLDER",
        help="Where bench.json and docs/ are written (default: this project).",
    )
    return found


def command(options: argparse.Namespace) -> str:
    """How to repeat the run."""
    words = ["--quick"] * options.quick + [f"--only {name}" for name in options.only]
    return " ".join(["make bench", *([f'ARGS="{" ".join(words)}"'] if words else [])])


def say(text: str) -> None:
    """How far it is. Standard output is for the result."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    listen()
    sys.exit(main(sys.argv[1:]))
