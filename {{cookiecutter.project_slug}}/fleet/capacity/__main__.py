"""python -m fleet.capacity measure | check [--out FOLDER]"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from fleet.capacity.checking import check
from fleet.capacity.measuring import measure
from fleet.capacity.page import PAGE, page
from fleet.capacity.world import measured_world
from fleet.interruption import listen
from fleet.up.errors import FleetError
from fleet.up.release import PROJECT
from kickoff.tuning.capacity.times import TIMES_FILE

DONE, MISSED, CANNOT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str]) -> int:
    """0: done. 1: a prediction is off by more than is allowed. 2: it could not be measured."""
    options = parser().parse_args(arguments)
    try:
        return measured(options.out) if options.what == "measure" else checked(options.out)
    except FleetError as error:
        say(str(error))
        return CANNOT
    except KeyboardInterrupt:
        say("stopped")
        return INTERRUPTED


def measured(folder: Path) -> int:
    with measured_world(say) as world:
        times = measure(world, say).times
    path = folder / TIMES_FILE
    text = json.dumps(times.document(), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    say(f"written: {path}. Next: manage.py capacity --users 100000 --think 10")
    return DONE


def checked(folder: Path) -> int:
    with measured_world(say) as world:
        found = check(world, say)
    text = page(found)
    path = folder / "docs" / PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return MISSED if found.missed else DONE


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m fleet.capacity",
        description="Measures what a request costs, and checks what is predicted from it.",
        epilog="Exit code: 0 done, 1 a prediction missed, 2 could not be measured.",
    )
    found.add_argument(
        "what",
        choices=["measure", "check"],
        help=f"measure: write {TIMES_FILE}. check: predict 1, 2 and 3 nodes, and measure them.",
    )
    found.add_argument(
        "--out",
        type=Path,
        default=PROJECT,
        metavar="FOLDER",
        help="Where it is written (default: this project).",
    )
    return found


def say(text: str) -> None:
    """How far it is. Standard output is for the result."""
    sys.stderr.write(f"capacity: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    listen()
    sys.exit(main(sys.argv[1:]))
