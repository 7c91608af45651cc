"""--live: what running servers say takes the place of their files, and is held against them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings

from kickoff.brakes.answers import SilentError, same
from kickoff.brakes.live import apache, ask, haproxy, memcached
from kickoff.brakes.parts.settings import Settings
from kickoff.brakes.places import Places, read_site
from kickoff.brakes.registry import RULES, apply
from kickoff.brakes.results import Status
from kickoff.brakes.rules import machines
from kickoff.brakes.tests.sound import Text
from kickoff.brakes.values import Value
from kickoff.testing.apache import running_apache
from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.haproxy import running_haproxy
from kickoff.testing.processes import free_port
from kickoff.testing.servers import running_mariadb, running_memcached


@pytest.fixture(scope="module")
def servers():
    with running_mariadb() as mariadb, running_memcached("-c", "2048") as cache:
        yield mariadb, cache


def brakes(servers, folder: Path, *arguments: str) -> dict[str, dict]:
    """The results of `manage.py brakes --live --json` against these servers, by rule."""
    mariadb, cache = servers
    environment = {
        **os.environ,
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "-" * 50,
        "DEBUG": "off",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": mariadb.url("mysql"),
        "CACHE_URL": f"memcached://{cache.address}",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "brakes", "--live", "--json", *arguments],
        capture_output=True,
        text=True,
        cwd=settings.BASE_DIR,
        env=environment,
    )
    assert not done.stderr
    return {result["id"]: result for result in json.loads(done.stdout)["results"]}


class TestMySQLAndMemcached:
    def test_servers_that_run_with_something_else_are_reported(self, servers, sound, tmp_path):
        sound.read(tmp_path)
        deploy = tmp_path / "deploy"
        found = brakes(
            servers,
            tmp_path,
            *("--mysql", str(deploy / "mysql")),
            *("--memcached", str(deploy / "memcached" / "memcached.conf")),
        )
        assert found["L01"]["status"] == "error"
        assert "max_connections = 200 (127.0.0.1 (running))" in found["L01"]["found"]
        assert found["L02"]["status"] == "error"
        assert any("-c = 2048" in text for text in found["L02"]["found"])

    def test_servers_that_run_with_their_files_are_in_order(self, servers, tmp_path):
        mysql, cache = tmp_path / "my.cnf", tmp_path / "memcached.conf"
        mysql.write_text("[mysqld]\nmax-connections = 200\nskip-name-resolve\nlog_bin = OFF\n")
        cache.write_text("-c 2048\n-m 64\n-t 2\n")
        found = brakes(servers, tmp_path, "--mysql", str(mysql), "--memcached", str(cache))
        assert found["L01"]["status"] == "ok"
        assert found["L02"]["status"] == "ok"

    def test_the_other_rules_see_what_runs(self, servers, tmp_path):
        mysql = tmp_path / "my.cnf"
        mysql.write_text("[mysqld]\ninnodb_flush_log_at_trx_commit = 1\n")
        found = brakes(servers, tmp_path, "--mysql", str(mysql))
        assert found["C60d"]["status"] == "error"
        assert "(running)" in found["C60d"]["found"][0]
        assert found["C61"]["status"] == "ok"
        assert found["C71b"]["status"] == "warning"


@pytest.fixture(scope="module")
def haproxy_server():
    fleet = on_this_machine(example_fleet())
    with running_haproxy(fleet, {node.name: free_port() for node in fleet.nodes}) as server:
        yield server


@pytest.fixture(scope="module")
def apache_server():
    with running_apache(on_this_machine(example_fleet())) as server:
        yield server


class TestHAProxy:
    def read(self, server):
        places = Places(server.folder, {"haproxy": server.configuration})
        return read_site(places, Settings())

    def test_it_runs_with_its_file(self, haproxy_server):
        assert haproxy.ask(self.read(haproxy_server), str(haproxy_server.socket)) == []

    def test_the_socket_is_found_in_its_file(self, haproxy_server):
        assert haproxy.ask(self.read(haproxy_server), "") == []

    def test_a_limit_that_was_set_by_hand_is_reported(self, haproxy_server):
        haproxy_server.tell("set maxconn server app/web1 7")
        try:
            site = ask(self.read(haproxy_server), "", "")
        finally:
            haproxy_server.tell("set maxconn server app/web1 20")
        result = apply(RULES["L03"], site)
        assert result.status is Status.ERROR
        assert "web1 maxconn = 7" in result.found[1]
        assert site.haproxy.nodes[0].whole("maxconn").value == 7

    def test_a_node_that_is_drained_is_reported(self, haproxy_server):
        haproxy_server.tell("set server app/web2 state maint")
        try:
            result = apply(RULES["L05"], ask(self.read(haproxy_server), "", ""))
        finally:
            haproxy_server.tell("set server app/web2 state ready")
        assert result.status is Status.WARNING
        assert any(text.startswith("app/web2 = MAINT") for text in result.found)


class TestApache:
    def read(self, configuration: Path):
        return read_site(Places(configuration.parent, {"apache": configuration}), Settings())

    def test_it_runs_as_many_processes_as_its_file_says(self, apache_server):
        site = ask(self.read(apache_server.configuration), "", "")
        assert apply(RULES["L04"], site).status is Status.OK

    def test_other_processes_are_reported(self, apache_server, tmp_path):
        other = tmp_path / "other.conf"
        other.write_text(
            apache_server.configuration.read_text().replace("processes=4", "processes=3")
        )
        result = apply(RULES["L04"], ask(self.read(other), "", ""))
        assert result.status is Status.ERROR
        assert "daemon processes = 4" in result.found[1]

    def test_an_address_that_is_no_status_page_is_silent(self, apache_server):
        url = f"http://127.0.0.1:{apache_server.port}/"
        with pytest.raises(SilentError, match="server-status"):
            apache.ask(self.read(apache_server.configuration), url)


class TestServerStatus:
    """mod_status is not among the modules of deploy/: its page, as a stand-in sends it."""

    @pytest.fixture
    def url(self):
        class Page(BaseHTTPRequestHandler):
            def do_GET(self):
                body = b"ServerMPM: event\nBusyWorkers: 3\nIdleWorkers: 37\nScoreboard: _W\n"
                self.send_response(200 if self.path.endswith("?auto") else 404)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        with HTTPServer(("127.0.0.1", 0), Page) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/server-status"
            server.shutdown()

    def test_all_threads_of_the_file_are_there(self, sound, tmp_path, url):
        assert apache.ask(sound.read(tmp_path), url) == []

    def test_threads_that_are_missing_are_reported(self, sound, tmp_path, url):
        change = Text("apache/site.conf", "MaxRequestWorkers 40", "MaxRequestWorkers 60")
        written, running = apache.ask(sound.changed(change).read(tmp_path), url)
        assert (written.value, running.value) == (60, 40)


def test_servers_that_do_not_answer_are_unknown(sound, tmp_path):
    """No traceback: the rules about running servers say who was silent."""
    site = sound.read(tmp_path)
    site.settings.caches["default"]["LOCATION"] = [f"127.0.0.1:{free_port()}"]
    site = ask(site, str(tmp_path / "no.sock"), "http://127.0.0.1:9/server-status")
    for id in ("L01", "L02", "L03", "L04", "L05", "C61"):
        assert apply(RULES[id], site).status is Status.UNKNOWN, id


def test_a_silent_memcached_says_so():
    with pytest.raises(SilentError, match="did not answer"):
        memcached.options_of(f"127.0.0.1:{free_port()}")


def test_used_connections_are_held_against_the_limit(sound, tmp_path):
    site = sound.read(tmp_path)
    site.mysql.status["Max_used_connections"] = Value("Max_used_connections", "96", "db")
    assert apply(RULES["C61"], site).status is Status.OK
    site.mysql.status["Max_used_connections"] = Value("Max_used_connections", "97", "db")
    assert apply(RULES["C61"], site).status is Status.WARNING


def test_the_kernel_must_hold_what_apache_asks_for(sound, tmp_path, monkeypatch):
    kernel = tmp_path / "somaxconn"
    monkeypatch.setattr(machines, "SOMAXCONN", kernel)
    for text, status in (("500", Status.OK), ("128", Status.WARNING)):
        kernel.write_text(text)
        assert apply(RULES["C59c"], sound.read(tmp_path)).status is status
    site = sound.changed(Text("apache/site.conf", "ListenBacklog 500", "ListenBacklog 128"))
    assert apply(RULES["C59c"], site.read(tmp_path)).status is Status.OK


@pytest.mark.parametrize(
    ("one", "other"),
    [("6144M", "6442450944"), ("ON", "1"), ("off", "OFF"), ("A,B", "b,a"), ("0.5", "0.500000")],
)
def test_servers_write_the_same_in_their_own_way(one, other):
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("1M", "1"), ("ON", "OFF"), ("ROW", "MIXED"), ("0.5", "0.6")]
)
def test_what_differs_is_not_the_same(one, other):
    assert not same(one, other)
