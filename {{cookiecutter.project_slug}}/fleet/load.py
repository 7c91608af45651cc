"""The load of a match day: the rush before kickoff, then the watching. By locust.

    python -m fleet.load URL [--users N] [--minutes M] [--json] [--host-i-own NAME]
    locust -f fleet/load.py --host URL [--host-i-own NAME]

It knows the site by its pages alone, so any address will do where the sample site runs. Redirects
are never followed: a site on this machine may send its visitors to one that is not.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Sequence
from random import choice, random
from typing import Any, ClassVar, NoReturn

try:
    import gevent
    from locust import FastHttpUser, LoadTestShape, between, constant, events, task
    from locust.argument_parser import LocustArgumentParser
    from locust.env import Environment
    from locust.stats import stats_printer
except ImportError as error:
    sys.exit(f"{error}. Install it: python3 config/create_venv.py . --group dev --group load")

from fleet import html
from fleet.load_options import MINUTES, USERS, parser
from fleet.load_report import document_of, table
from fleet.target import RefusedError, base_of, permitted

RUN = secrets.token_hex(3)  # names of this run's accounts and leagues begin with load-RUN
RUSH = 1 / 3  # of the time: line-ups are saved until the ball rolls
POLL_S = 2.0  # as the pages do while a match is live
MEASURED, FAILED, REFUSED = 0, 1, 2


class Visitor(FastHttpUser):
    """Somebody with a browser: each page brings its menu, which is a response of its own."""

    abstract = True
    wait_time = between(1, 3)
    network_timeout = connection_timeout = 30.0

    def on_start(self) -> None:
        front = self.front_page()
        self.matches = html.links(front, r"/matches/\d+/")
        boards = html.links(front, r"/competitions/[\w-]+/scoreboard/")
        self.leagues = html.links(self.open("/leagues/"), r"/leagues/\d+/")
        if not (self.matches and boards and self.leagues):
            self.give_up("There is no competition with leagues: manage.py demo_data")
        self.scoreboard = boards[0]

    def front_page(self) -> str:
        """Tried until it is answered."""
        while not (page := self.open("/")):
            gevent.sleep(1)
        return page

    def give_up(self, reason: str) -> NoReturn:
        """Ends the whole run, from outside this user, who has found that there is nothing to do."""
        if self.environment.process_exit_code is None:
            self.environment.process_exit_code = FAILED
            say(reason)
            gevent.spawn(self.environment.runner.quit)
        raise gevent.GreenletExit

    def open(self, address: str, name: str | None = None) -> str:
        """A page with its menu, as a browser asks for it."""
        page = self.ask(address, name)
        self.ask("/accounts/menu/")
        return page

    def ask(self, address: str, name: str | None = None) -> str:
        """The page, empty when it failed. `name` is that of its line in the statistics."""
        with self.client.get(
            address, name=name, allow_redirects=False, catch_response=True
        ) as response:
            if response.status_code == 200:
                return response.text or ""
            response.failure(f"no page: {response.status_code}")
            return ""

    def send(self, address: str, fields: dict[str, str], name: str | None = None) -> bool:
        """A form. It is taken when the answer leads on; else it counts as failed."""
        form = self.ask(address, name)
        if not form:
            return False
        token = html.csrf_token(form)
        with self.client.post(
            address,
            data={**fields, "csrfmiddlewaretoken": token},
            headers={"Referer": f"{self.host}{address}"},  # HTTPS asks for it
            name=name,
            allow_redirects=False,
            catch_response=True,
        ) as response:
            taken = bool(response.status_code == 302)
            if not taken:
                response.failure(f"not taken: {response.status_code}")
            return taken


class Watcher(Visitor):
    """Reads here and there, and keeps the live scores in sight."""

    @task(10)
    def poll(self) -> None:
        self.ask(self.scoreboard, "scoreboard")

    @task(3)
    def match(self) -> None:
        match = choice(self.matches)
        self.open(match, "match")
        self.ask(f"{match}report/", "match report")

    @task(3)
    def league(self) -> None:
        self.open(choice(self.leagues), "league")

    @task(1)
    def standings(self) -> None:
        self.open(f"{choice(self.leagues)}standings/", "standings")

    @task(1)
    def lists(self) -> None:
        self.open(choice(["/", "/top-scorers/", "/players/", "/leagues/"]))


class Manager(Visitor):
    """Somebody with an account and a team. Both are made here, as there is no other way in."""

    abstract = True

    def on_start(self) -> None:
        super().on_start()
        name, password = f"load-{RUN}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        account = {"username": name, "password1": password, "password2": password}
        self.send("/accounts/sign-up/", account)
        self.send("/leagues/new/", {"name": f"{name} league", "team_name": f"{name} team"})
        self.client.cookiejar.clear()
        if not self.send("/accounts/sign-in/", {"username": name, "password": password}):
            self.give_up("Nobody can sign in.")
        teams = html.links(self.ask("/teams/"), r"/teams/\d+/line-up/")
        if not teams:
            self.give_up("No team was founded.")
        self.editor = teams[0]


class SignedIn(Manager):
    """Watches, and looks at the own teams in between."""

    wait_time = constant(POLL_S)

    @task(8)
    def poll(self) -> None:
        self.ask(self.scoreboard, "scoreboard")

    @task(2)
    def teams(self) -> None:
        self.open("/teams/")

    @task(1)
    def league(self) -> None:
        self.open(choice(self.leagues), "league")


class Saver(Manager):
    """Before kickoff: looks at the own line-up, changes it, saves it, looks again."""

    def on_start(self) -> None:
        super().on_start()
        options = html.links(
            self.ask(self.editor, "line-up"), r"/competitions/[\w-]+/player-options/"
        )
        if not options:
            self.give_up("All rounds have begun: no line-up can be saved.")
        self.players = html.players_by_position(self.ask(options[0], "player options"))
        self.turn = int(1000 * random())

    @task
    def change(self) -> None:
        self.turn += 1
        self.open(self.editor, "line-up")
        self.send(self.editor, html.lineup(self.players, self.turn), "line-up")


class MatchDay(LoadTestShape):
    """The rush, then the watching: as many visitors, who want something else."""

    use_common_options = True
    RUSHING: ClassVar = [Saver, Watcher]
    WATCHING: ClassVar = [SignedIn, Watcher]
    PER_S = 5  # who come each second: signing up is work for the site

    def tick(self) -> tuple[int, float, list[type[Any]] | None] | None:
        assert self.runner is not None
        options: Any = self.runner.environment.parsed_options
        minutes_s, elapsed_s = _seconds(options), self.get_run_time()  # type: ignore[no-untyped-call]
        if elapsed_s >= minutes_s:
            return None
        classes = self.RUSHING if elapsed_s < RUSH * minutes_s else self.WATCHING
        return options.num_users or USERS, self.PER_S, classes


Watcher.weight, SignedIn.weight, Saver.weight = 3, 1, 3


def _seconds(options: Any) -> float:
    return float(options.run_time or 60 * MINUTES)


@events.init_command_line_parser.add_listener
def add_arguments(parser: LocustArgumentParser) -> None:
    parser.add_argument("--host-i-own", metavar="NAME", help="A host that is not this machine.")


@events.test_start.add_listener
def refuse_danger(environment: Environment, **_: Any) -> None:
    """Also when the address was typed into locust's own page."""
    options = environment.parsed_options
    if getattr(options, "asked_already", None) == environment.host:
        return
    try:
        permitted(environment.host or "", getattr(options, "host_i_own", None))
    except RefusedError as refused:
        say(str(refused))
        environment.process_exit_code = REFUSED
        assert environment.runner is not None
        environment.runner.quit()
        raise SystemExit(REFUSED) from refused


def main(arguments: Sequence[str]) -> int:
    """0: all requests were answered. 1: some failed. 2: refused."""
    options = parser().parse_args(arguments)
    try:
        options.asked_already = permitted(options.url, options.host_i_own)
    except RefusedError as refused:
        say(str(refused))
        return REFUSED
    options.num_users, options.run_time = options.users, 60 * options.minutes
    options.headless = True
    environment = run(options)
    document = document_of(environment)
    sys.stdout.write(f"{json.dumps(document, indent=2) if options.json else table(document)}\n")
    if document["failed"] or not document["requests"]:
        return FAILED
    return environment.process_exit_code or MEASURED


def run(options: argparse.Namespace) -> Environment:
    """The whole match day."""
    environment = Environment(
        user_classes=[Watcher, SignedIn, Saver],
        shape_class=MatchDay(),  # type: ignore[no-untyped-call]
        host=base_of(options.url),
        events=events,
        parsed_options=options,
    )
    runner = environment.create_local_runner()
    if not options.json:
        gevent.spawn(stats_printer(environment.stats))
    runner.start_shape()
    shape: Any = runner.shape_greenlet
    shape.join()
    runner.quit()
    return environment


def say(text: str) -> None:
    sys.stderr.write(f"load: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
