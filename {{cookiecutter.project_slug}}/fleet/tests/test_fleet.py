"""The fleet as a whole, started once: what visitors, and those who drill it, find."""

import os
import re
import signal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from fleet.tests.browser import Browser
from fleet.up import FleetError, FleetSettings, running_fleet
from fleet.up.cached_reads import CachedReads
from fleet.up.readings import read
from fleet.up.screen import Screen
from kickoff.testing.http import ask
from kickoff.testing.waiting import wait_until

NODES = ["web1", "web2", "web3"]
PASSWORD = "correct-horse-9"


@pytest.fixture(scope="module")
def fleet():
    try:
        with running_fleet(FleetSettings(leagues=2, speed=600)) as running:
            yield running
    except FleetError as error:
        if os.environ.get("CI") == "true" or "not installed" not in str(error):
            raise
        pytest.skip(str(error))


@pytest.fixture
def visit(fleet):
    """A function: what a visitor gets, or somebody at a direct host."""

    def visit(path="/", host="localhost", **headers):
        return ask(fleet.haproxy.port, path, host=f"{host}:{fleet.haproxy.port}", **headers)

    return visit


def pages(visit, count=30):
    return [visit("/scoreboard/") for _ in range(count)]


def is_alive(pid):
    """Not a zombie either, for which nobody has asked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def nodes_of(answers):
    return {answer.headers["X-Served-By"] for answer in answers}


class TestVisitors:
    def test_are_served_by_every_node(self, visit):
        answers = pages(visit)
        assert {answer.status for answer in answers} == {200}
        assert nodes_of(answers) == set(NODES)

    def test_find_the_leagues_of_the_demo(self, visit):
        leagues = set(re.findall(rb'href="(/leagues/\d+/)"', visit("/leagues/").body))
        assert len(leagues) == 2
        assert visit(leagues.pop().decode()).body.count(b'href="/teams/') == 12

    def test_get_compressed_files_from_apache(self, visit):
        sheet = re.findall(r'href="(/static/[^"]+\.css)"', visit().body.decode())[0]
        answer = visit(sheet, Accept_Encoding="br")
        assert answer.headers["Content-Encoding"] == "br"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    @pytest.mark.parametrize("host", ["localhost", "web2.localhost"])
    def test_can_sign_up_by_forms(self, fleet, host):
        browser = Browser(f"http://{host}:{fleet.haproxy.port}")
        name = f"visitor-of-{host.partition('.')[0]}"
        answer = browser.post(
            "/accounts/sign-up/", username=name, password1=PASSWORD, password2=PASSWORD
        )
        assert answer.status == 302, answer.body
        assert name.encode() in browser.get("/accounts/menu/").body

    def test_see_goals_on_every_node(self, fleet, visit):
        """The match day is played, the refresher tells the pages."""

        def scores(node):
            return re.findall(r"\d–\d", node.direct("/scoreboard/").body.decode())

        first = scores(fleet.nodes[0])
        assert first
        for node in fleet.nodes:
            wait_until(lambda node=node: scores(node) != first, limit_s=30)


class TestADirectHost:
    @pytest.mark.parametrize("name", NODES)
    def test_is_that_node(self, visit, name):
        answers = [visit("/scoreboard/", f"{name}.localhost") for _ in range(5)]
        assert {answer.status for answer in answers} == {200}
        assert nodes_of(answers) == {name}

    def test_is_reached_past_the_load_balancer_too(self, fleet):
        for node in fleet.nodes:
            assert node.direct("/version").headers["X-Served-By"] == node.name

    def test_tells_how_everything_is(self, visit):
        answer = visit("/healthz", "web3.localhost")
        assert answer.status == 200, answer.body


class TestTheRefreshers:
    def test_one_leads_and_the_other_waits(self, fleet):
        assert [each.name for each in fleet.refreshers] == ["web1", "web2"]
        assert all(each.is_running for each in fleet.refreshers)
        assert read(fleet).database.leader in {"web1", "web2"}

    def test_the_standby_takes_over(self, fleet):
        leader = read(fleet).database.leader
        (killed,) = (each for each in fleet.refreshers if each.name == leader)
        killed.kill()
        try:
            wait_until(lambda: read(fleet).database.leader in {"web1", "web2"} - {leader})
        finally:
            killed.start()


class TestReadings:
    def test_count_what_visitors_got(self, fleet, visit):
        before = read(fleet)
        pages(visit)
        now = read(fleet)

        assert now.requests - before.requests == 30
        assert now.errors == before.errors
        assert {node.state for node in now.nodes.values()} == {"UP"}
        shares = now.shares(before)
        assert list(shares) == NODES
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) > 0.2

    def test_know_the_database_and_memcached(self, fleet):
        before = read(fleet)
        for node in fleet.nodes:
            node.direct("/leagues/")
        now = read(fleet)
        assert 2 <= now.database.connections <= now.database.max_connections
        assert str(now.database.max_connections) == fleet.mariadb.variables()["max_connections"]
        assert now.database.leader_age_s < 3
        assert now.gets > before.gets

    def test_say_that_a_server_does_not_answer(self, fleet):
        fleet.mariadb.freeze()
        try:
            assert read(fleet).database is None
        finally:
            fleet.mariadb.thaw()
        assert read(fleet).database is not None


class TestTheScreen:
    def test_shows_where_it_is_and_what_it_does(self, fleet, visit):
        console = Console(record=True, file=StringIO(), force_terminal=True, width=120)
        with Screen(fleet, console) as screen:
            pages(visit)
            console.print(screen.page(read(fleet)))
        text = console.export_text()

        assert fleet.url in text
        assert f"http://web3.localhost:{fleet.haproxy.port}" in text
        assert re.search(r"requests/s +[1-9]\d* *\n", text)
        assert re.search(r"refresher leads +web[12], \d\.\d s ago", text)
        assert re.search(r"database connections +\d+ of \d+ *\n", text)
        assert [len(re.findall(rf"{name} .* UP +\d+ +\d\d% +0", text)) for name in NODES] == [1] * 3

    def test_knows_the_hit_ratio_of_the_site(self, fleet, monkeypatch):
        monkeypatch.setattr("fleet.up.cached_reads.PERIOD_S", 0)
        reads = CachedReads(fleet)

        def knows():
            fleet.nodes[0].direct("/leagues/")
            reads.look()
            return reads.hit_ratio is not None

        wait_until(knows, limit_s=30)
        assert 0 < reads.hit_ratio <= 1

    def test_is_only_the_addresses_where_no_terminal_is(self, fleet):
        console = Console(file=StringIO(), force_terminal=False, width=120)
        with Screen(fleet, console) as screen:
            screen.refresh()
        direct = "  ".join(f"http://{name}.localhost:{fleet.haproxy.port}" for name in NODES)
        assert console.file.getvalue() == f"{fleet.url}\ndirect hosts: {direct}\n"


class TestTheMatchDay:
    def test_that_has_failed_goes_on(self, fleet):
        assert fleet.replay.is_running
        first = fleet.replay.pid
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not fleet.replay.is_running)
        fleet.keep_playing()
        assert fleet.replay.is_running
        assert fleet.replay.pid != first


class TestANode:
    def test_has_two_daemon_processes_and_replaces_one_that_dies(self, fleet):
        node = fleet.nodes[1]
        before = node.daemon_pids
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(node.daemon_pids) == 2 and before[0] not in node.daemon_pids)

    def test_drains_and_returns(self, fleet, visit):
        node = fleet.nodes[2]
        fleet.manage("drain", node=node)
        try:
            assert node.is_draining
            wait_until(lambda: fleet.haproxy.servers("app")["web3"]["status"] == "NOLB")
            assert nodes_of(pages(visit)) == {"web1", "web2"}
            assert visit("/scoreboard/", "web3.localhost").status == 200
        finally:
            fleet.manage("undrain", node=node)
        wait_until(lambda: fleet.haproxy.servers("app")["web3"]["status"] == "UP")

    def test_that_is_stopped_leaves_no_process_and_starts_again(self, fleet):
        node = fleet.nodes[2]
        before = [node.pid, *node.children()]
        node.stop()
        wait_until(lambda: not any(map(is_alive, before)))
        node.start()
        assert node.direct("/readyz").status == 200

    def test_that_is_frozen_stands_still_with_all_its_processes(self, fleet):
        node = fleet.nodes[0]
        node.freeze()
        try:
            with pytest.raises(TimeoutError):
                node.direct("/frontz", timeout_s=0.5)
        finally:
            node.thaw()
        assert node.direct("/readyz").status == 200

    def test_runs_no_process_as_root_nor_with_a_right_to_write(self, fleet):
        everything = [server.pid for server in fleet.servers if server.is_running]
        everything += [pid for node in fleet.nodes for pid in node.children()]
        for pid in everything:
            with open(f"/proc/{pid}/status") as file:
                status = dict(line.split(":\t", 1) for line in file if ":\t" in line)
            if os.geteuid() == 0:
                assert status["Uid"].split()[0] != "0"
            reading_only = 1 << 2  # CAP_DAC_READ_SEARCH
            assert int(status["CapEff"], 16) | reading_only == reading_only


class TestManagement:
    def test_commands_run_on_the_fleet(self, fleet):
        told = fleet.manage(
            "shell",
            "-c",
            "from django.conf import settings as s\n"
            "print(s.NODE_NAME, s.DATABASES['default']['HOST'])",
            node=fleet.nodes[1],
        )
        assert told.splitlines()[-1] == f"web2 {fleet.mariadb.host}"

    def test_one_that_fails_says_why(self, fleet):
        with pytest.raises(FleetError, match="replay --speed 0 failed"):
            fleet.manage("replay", "--speed", "0")

    def test_the_site_cannot_change_tables(self, fleet):
        with pytest.raises(FleetError, match="command denied"):
            fleet.manage(
                "shell",
                "-c",
                "from django.db import connection\n"
                "connection.cursor().execute('DROP TABLE caching_mark')",
            )
