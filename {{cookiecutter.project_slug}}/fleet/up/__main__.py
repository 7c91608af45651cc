"""`make fleet`, or python -m fleet.up [--json] [--port N] [--speed X] [--dir DIR] [--leagues N]"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from fleet.interruption import listen
from fleet.up.document import document
from fleet.up.errors import FleetError
from fleet.up.running import FleetSettings, RunningFleet, running_fleet
from fleet.up.screen import Screen
from fleet.up.shape import changed_by_hand

STOPPED, FAILED, INTERRUPTED = 0, 1, 130
REFRESH_S = 1


def main(arguments: Sequence[str]) -> int:
    """0: it ran until somebody stopped it. 1: it could not start. 130: stopped before it ran."""
    options = parser().parse_args(arguments)
    settings = FleetSettings(
        port=options.port, folder=options.dir, leagues=options.leagues, speed=options.speed
    )
    runs = False
    try:
        for name in changed_by_hand():
            say(f"deploy/{name} is not what fleet.toml says; `manage.py tune` shows how")
        with running_fleet(settings, say) as fleet:
            runs = True
            show(fleet, is_for_programs=options.json)
    except FleetError as error:
        say(str(error))
        return FAILED
    except KeyboardInterrupt:
        say("stopped")
    return STOPPED if runs else INTERRUPTED


def show(fleet: RunningFleet, *, is_for_programs: bool) -> None:
    """Until KeyboardInterrupt."""
    if is_for_programs:
        sys.stdout.write(json.dumps(document(fleet), indent=2) + "\n")
        sys.stdout.flush()
        watch(fleet, lambda: None)
    with Screen(fleet, Console()) as screen:
        watch(fleet, screen.refresh)


def watch(fleet: RunningFleet, look: Callable[[], None]) -> NoReturn:
    while True:
        time.sleep(REFRESH_S)
        fleet.keep_playing()
        look()


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m fleet.up",
        description="Starts the whole fleet on this machine, from the files of deploy/.",
    )
    found.add_argument("--json", action="store_true", help="Say where everything is, as JSON.")
    found.add_argument("--port", type=int, help="HAProxy's, at 127.0.0.1 (default: a free one).")
    found.add_argument(
        "--speed",
        type=float,
        default=60.0,
        help="How many times faster than in reality the match day is played (default: 60).",
    )
    found.add_argument(
        "--dir", type=Path, help="Its folder, new or empty; it stays, with the logs."
    )
    found.add_argument("--leagues", type=int, default=20, help="How many (default: 20).")
    return found


def say(text: str) -> None:
    """How far it is. Standard output is for the page, or the document."""
    sys.stderr.write(f"fleet: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    listen()
    sys.exit(main(sys.argv[1:]))
