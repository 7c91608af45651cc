"""The demo: a generated site with a live match day, from nothing, in a folder that goes again."""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import checkout
from processes import Processes, Stopped
from scores import scores

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

LEAGUES = 20
SPEED = 30  # match seconds in one second of ours
SPEED_OF_CHECK = 120
START_TIMEOUT_S = 60
SCORE_TIMEOUT_S = 90

# The site is here: no proxy of this machine's environment has a part in it.
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> None:
    options = parse_arguments()
    if not is_free(options.port):
        sys.exit(f"Port {options.port} is taken. Try another: ci/demo --port {free_port()}")
    if options.dir:
        make_empty_folder(options.dir)
    with (
        tempfile.TemporaryDirectory(prefix="kickoff-demo-") as scratch,
        Processes(TMPDIR=scratch) as processes,
    ):
        demo = Demo(Path(scratch), options.dir or Path(scratch), options.port, processes)
        try:
            demo.build()
            demo.start(SPEED_OF_CHECK if options.check else SPEED)
            if options.check:
                say(demo.follow_a_score())
                return
            say(f"Here it is: {demo.url} (Ctrl-C stops it)")
            demo.watch()
        except Stopped:
            say("Stopping.")
            sys.exit(130)
        except Failed as failed:
            sys.exit(f"ci/demo: {failed}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ci/demo",
        description="Generate the default site, fill it, and play a match day on it.",
    )
    parser.add_argument("--port", type=int, default=8000, help="default: 8000")
    parser.add_argument("--dir", type=Path, help="make the site here, and keep it")
    parser.add_argument(
        "--check", action="store_true", help="follow one score to the home page, then stop: 0 or 1"
    )
    return parser.parse_args()


class Failed(Exception):
    """The demo cannot go on; the message says why."""


class Demo:
    """One generated site in one folder on one port."""

    def __init__(self, scratch: Path, home: Path, port: int, processes: Processes) -> None:
        self.scratch = scratch
        self.project = home.resolve() / "game_day"
        self.python = self.project / ".venv" / "bin" / "python"
        self.port = port
        self.url = f"http://127.0.0.1:{port}/"
        self.processes = processes
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def build(self) -> None:
        say("Installing cookiecutter, which generates the site")
        tools = self.scratch / "tools"
        self.run(sys.executable, checkout.CREATE_VENV, "--venv", tools, "cookiecutter")
        say(f"Generating it in {self.project}")
        self.generate(tools / "bin" / "cookiecutter")
        say("Installing what it needs: Django and the tools of development")
        self.run(sys.executable, "config/create_venv.py")
        say("Making its database")
        self.run(self.python, "manage.py", "migrate", "--verbosity", "0")
        say(f"Inventing a competition with {LEAGUES} leagues")
        self.run(self.python, "manage.py", "demo_data", "--leagues", str(LEAGUES))

    def generate(self, cookiecutter: Path) -> None:
        template = self.scratch / "template"
        checkout.export(template)
        # cookiecutter writes down what it did: here, not in the home of whoever looks at the demo.
        config = self.scratch / "cookiecutter.yaml"
        config.write_text(json.dumps({"replay_dir": str(self.scratch / "replay")}))
        log = self.log_of("cookiecutter")
        command: list[Path | str] = [cookiecutter, template, "--no-input", "--config-file", config]
        command += ["--output-dir", self.project.parent]
        if self.processes.wait(self.processes.start(command, self.scratch, log)):
            raise Failed(f"cookiecutter failed:\n{log.read_text()}")

    def start(self, speed: int) -> None:
        say("Starting the site and the match day")
        self.start_manage("run_site", "--noreload", str(self.port))
        self.start_manage("replay", "--all", "--speed", str(speed))
        self.until(self.page, START_TIMEOUT_S, f"no answer from {self.url} in {START_TIMEOUT_S} s.")

    def follow_a_score(self) -> str:
        """Wait until the scoreboard and the home page show a new score; a sentence about it."""
        say("Waiting for a goal")
        first: dict[str, str] = {}

        def goal() -> str | None:
            board, home = scores(self.page("scoreboard/")), scores(self.page())
            for match, score in board.items():
                before = first.setdefault(match, score)
                if score not in (before, "0–0") and home.get(match) not in (before, None):
                    return f"match {match} went from {before} to {home[match]}"
            return None

        failure = f"no score changed on the scoreboard and the home page in {SCORE_TIMEOUT_S} s."
        seen = self.until(goal, SCORE_TIMEOUT_S, failure)
        return f"It works: {seen} on the scoreboard and on the home page."

    def watch(self) -> None:
        """Until somebody stops us."""
        while True:
            self.processes.pause(1)
            self.complain_about_failures()

    def run(self, *command: str | Path) -> None:
        """A step in the foreground. If it fails, it has said itself what is wrong."""
        cwd = self.project if self.project.exists() else self.scratch
        if code := self.processes.wait(self.processes.start(command, cwd)):
            sys.exit(code)

    def start_manage(self, name: str, *arguments: str) -> None:
        command: list[Path | str] = [self.python, "manage.py", name, *arguments]
        self.running[name] = self.processes.start(command, self.project, self.log_of(name))

    def log_of(self, name: str) -> Path:
        return self.scratch / f"{name}.log"

    def complain_about_failures(self) -> None:
        for name, process in self.running.items():
            if process.poll():
                raise Failed(f"manage.py {name} ended by itself:\n{self.log_of(name).read_text()}")

    def page(self, path: str = "") -> str:
        """A page of the site; nothing while it does not answer."""
        try:
            with LOCAL.open(self.url + path, timeout=5) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, OSError):
            return ""

    def until(self, look: Callable[[], str | None], timeout_s: float, failure: str) -> str:
        """Look again and again; what was seen when there is something to see."""
        end = time.monotonic() + timeout_s
        while not (seen := look()):
            self.complain_about_failures()
            if time.monotonic() > end:
                raise Failed(failure)
            self.processes.pause(0.3)
        return seen


def make_empty_folder(chosen: Path) -> None:
    if chosen.exists() and (not chosen.is_dir() or any(chosen.iterdir())):
        sys.exit(f"{chosen} is not an empty folder. Name one that is empty or does not exist yet.")
    chosen.mkdir(parents=True, exist_ok=True)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as runserver does
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:5.1f} s  {text}", flush=True)


STARTED = time.monotonic()
