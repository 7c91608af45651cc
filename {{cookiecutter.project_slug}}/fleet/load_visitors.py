"""Those who come on a match day: watchers, and managers with accounts of their own."""

from __future__ import annotations

import secrets
from random import choice, random
from typing import NoReturn

import gevent
from locust import FastHttpUser, between, constant, task

from fleet import html
from fleet.load_report import FAILED, say

RUN = secrets.token_hex(3)  # names of this run's accounts and leagues begin with load-RUN
POLL_S = 2.0  # as the pages do while a match is live


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


Watcher.weight, SignedIn.weight, Saver.weight = 3, 1, 3
