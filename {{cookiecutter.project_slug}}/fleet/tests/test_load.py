"""The load test: whom it refuses, a short match day on a real server, and the lines of the page."""

import json
import os
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import pytest
from django.test import Client
from django.urls import resolve, reverse

from fantasy.models import FantasyTeam, Lineup
from fantasy.urls import urlpatterns
from fantasy.visits import world

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "load.md").read_text(encoding="utf-8")
PACKAGES = {"ab": "apache2-utils", "wrk": "wrk"}
ALL_PLAYERS = 21  # of a squad: line-ups need them


@pytest.fixture(autouse=True)
def _locust():
    if os.environ.get("CI") != "true" and find_spec("locust") is None:
        pytest.skip("python3 config/create_venv.py . --group dev --group load")


def load(*arguments, typed=""):
    return subprocess.run(
        [sys.executable, "-m", "fleet.load", *arguments],
        cwd=PROJECT,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


def locust(*arguments, typed=""):
    """The same file as a plain locustfile."""
    command = ["-m", "locust", "-f", "fleet/load.py", "--headless", "-u", "2", "-t", "3s"]
    return subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=PROJECT,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


class TestRefusing:
    def test_another_host_that_was_not_named(self):
        done = load("http://load.invalid/")
        assert done.returncode == 2
        assert done.stderr.startswith("load: load.invalid is not this machine.")

    def test_another_host_whose_name_was_not_typed_again(self):
        done = load("http://load.invalid/", "--host-i-own", "load.invalid", typed="yes\n")
        assert done.returncode == 2
        assert "nothing was sent" in done.stderr

    def test_by_locust_as_well(self):
        done = locust("--host", "http://load.invalid/")
        assert done.returncode == 2, done.stderr
        assert "load.invalid is not this machine" in done.stderr

    def test_not_what_was_named_and_typed_again(self):
        """That host is nowhere, so nothing is answered; but it was asked."""
        done = load(
            "http://load.invalid/",
            *["--host-i-own", "load.invalid", "--minutes", "0.03", "--json"],
            typed="load.invalid\n",
        )
        assert done.returncode == 1, done.stderr
        assert json.loads(done.stdout.partition("go on: ")[2] or done.stdout)["failed"] > 0


@pytest.mark.django_db(transaction=True)
class TestAMatchDay:
    @pytest.fixture
    def game(self):
        return world(players=ALL_PLAYERS)

    def test_is_played_on_a_real_site(self, game, live_server):
        done = load(live_server.url, "--users", "6", "--minutes", "0.25", "--json")

        document = json.loads(done.stdout)
        assert done.returncode == 0, (done.stderr, document["errors"])
        assert document["failed"] == 0
        asked = {(row["method"], row["page"]) for row in document["pages"] if row["requests"]}
        assert {
            ("GET", "/"),
            ("GET", "/accounts/menu/"),
            ("GET", "scoreboard"),
            ("POST", "/accounts/sign-in/"),
            ("GET", "line-up"),
            ("POST", "line-up"),
        } <= asked
        saved = FantasyTeam.objects.filter(name__startswith="load-", lineups__isnull=False)
        assert saved.exists()
        assert Lineup.objects.filter(team=saved.first()).get().places.count() == 15

    def test_is_played_by_locust_as_well(self, game, live_server):
        done = locust("--host", live_server.url, "--only-summary")
        assert done.returncode == 0, done.stderr
        assert "/accounts/menu/" in done.stderr + done.stdout


class TestAFailure:
    @pytest.fixture
    def site(self):
        """A function: the address of a site that answers everything so, and who asked for what."""
        asked, servers = [], []

        def site(status, body=b"", **headers):
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    asked.append(self.headers["Host"])
                    self.send_response(status)
                    for name, value in {**headers, "Content-Length": str(len(body))}.items():
                        self.send_header(name, value.format(port=port))
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *arguments):
                    pass

            server = ThreadingHTTPServer(("", 0), Handler)
            servers.append(server)
            port = server.server_address[1]
            Thread(target=server.serve_forever, daemon=True).start()
            return f"http://127.0.0.1:{port}", asked

        yield site
        for server in servers:
            server.shutdown()
            server.server_close()

    def test_is_told_and_nobody_is_followed_elsewhere(self, site):
        url, asked = site(302, Location="http://127.0.0.2:{port}/")
        done = load(url, "--minutes", "0.05", "--json")
        assert done.returncode == 1
        document = json.loads(done.stdout)
        assert document["failed"] == document["requests"] > 0
        assert document["errors"][0]["error"] == "no page: 302"
        assert {host.partition(":")[0] for host in asked} == {"127.0.0.1"}

    def test_a_site_without_a_competition_is_left_at_once(self, site):
        url, _ = site(200, b"<p>Welcome</p>")
        done = load(url, "--minutes", "5")
        assert done.returncode == 1
        assert "load: There is no competition with leagues" in done.stderr


LINES = re.findall(r"(?m)^    ((?:ab|wrk) .*)$", PAGE)


@pytest.mark.django_db(transaction=True)
class TestTheLinesOfThePage:
    @pytest.fixture
    def run(self, live_server, settings):
        """A function: what a line prints, asked once, of a real site. By its address: ab may try
        another one of localhost, and only that."""
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "127.0.0.1"]
        here = live_server.url.replace("localhost", "127.0.0.1")
        game = world(players=ALL_PLAYERS)
        client = Client()
        client.force_login(game.anna)
        keys = {
            "players": game.player.pk,
            "matches": game.match.pk,
            "leagues": game.league.pk,
            "teams": game.team.pk,
        }

        def run(line):
            line = line.replace("http://127.0.0.1:8000", here)
            line = line.replace("kickoff-cup-1", game.competition.slug)
            line = line.replace("SESSION", client.cookies["sessionid"].value)
            line = line.replace("-n 1000 -c 10", "-n 1 -c 1").replace("-c 10 -d 10s", "-c 1 -d 1s")
            for name, key in keys.items():
                line = line.replace(f"/{name}/1/", f"/{name}/{key}/")
            command = line.split()
            if shutil.which(command[0]) is None:
                lacks = f"{command[0]} is not installed: install {PACKAGES[command[0]]}"
                if os.environ.get("CI") == "true":
                    pytest.fail(lacks)
                pytest.skip(lacks)
            return subprocess.run(command, capture_output=True, encoding="utf-8").stdout

        return run

    @pytest.mark.parametrize("line", [line for line in LINES if line.startswith("ab ")])
    def test_are_answered_as_they_stand(self, run, line):
        output = run(line)
        assert re.search(r"Complete requests: +1\n", output), output
        assert re.search(r"Failed requests: +0\n", output), output
        assert "Non-2xx" not in output, output

    @pytest.mark.parametrize("line", [line for line in LINES if line.startswith("wrk ")])
    def test_of_wrk_are_answered_too(self, run, line):
        output = run(line)
        assert re.search(r"Requests/sec: +[\d.]+", output), output
        assert "Non-2xx" not in output, output


def test_there_is_a_line_for_every_page():
    addresses = [re.sub(r"^.* http://[^/]+", "", line) for line in LINES]
    shown = {resolve(address).view_name for address in addresses}
    public = {
        f"fantasy:{route.name}"
        for route in urlpatterns
        # Those with the slug of a competition are the same pages again.
        if route.callback.__module__ == "fantasy.views.public"
        and not route.name.startswith("competition")
    }
    public = public - {"fantasy:home"} | {resolve(reverse("home")).view_name}
    assert public <= shown
