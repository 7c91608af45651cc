"""The processes and threads of deploy/apache/ in a real Apache: what is set is what runs."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

from kickoff.testing.apache import MODULES, ApacheProcess, running_apache
from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.waiting import wait_until
from kickoff.tuning.sizing import sizes_of

# To look inside, which the shipped file does not allow.
INFO = ["-C", f"LoadModule info_module {MODULES}/mod_info.so"]
SERVER_INFO = "<Location /server-info>\n    SetHandler server-info\n</Location>\n"


def kinds(apache: ApacheProcess) -> dict[str, list[int]]:
    """Daemon processes and front children, each with its number of threads."""
    found: dict[str, list[int]] = {"daemon": [], "front": []}
    for command, threads in apache.children().values():
        if command.startswith("(wsgi:"):
            found["daemon"].append(threads)
        elif "rotatelogs" not in command:
            found["front"].append(threads)
    return found


class TestPools:
    def test_all_processes_run_before_the_first_request(self, apache):
        """Each child with its 20 threads: they are started one after the other."""
        wait_until(lambda: [n >= 20 for n in kinds(apache)["front"]] == [True, True])
        assert len(kinds(apache)["daemon"]) == 4
        assert apache.asked("/") == 0

    def test_the_daemons_are_as_wide_as_computed(self, apache):
        told = json.loads(apache.get("/").body)

        assert (told["processes"], told["threads"]) == (4, 5)
        assert told["process_group"] == "game_day"
        assert told["application_group"] == ""  # the main interpreter
        assert told["node"] == "web1"

    def test_python_is_loaded_before_the_first_request(self):
        with running_apache(on_this_machine(example_fleet())) as fresh:
            loaded = fresh.release / "config" / "loaded"
            wait_until(lambda: loaded.exists() and len(loaded.read_text().split()) == 4)

    def test_twenty_requests_run_at_once_and_nothing_is_started_or_killed(self, apache):
        before = apache.children().keys()
        started = time.monotonic()
        with ThreadPoolExecutor(20) as pool:
            told = list(pool.map(lambda n: apache.get("/slow"), range(20)))
        took_s = time.monotonic() - started

        assert [answer.status for answer in told] == [200] * 20
        assert took_s < 2 * 1.1  # each sleeps 1.1 s: they did not wait for each other
        assert apache.children().keys() == before

    def test_the_server_itself_says_so(self):
        with running_apache(on_this_machine(example_fleet()), "apache/site.conf", *INFO) as server:
            with server.configuration.open("a") as configuration:
                configuration.write(SERVER_INFO)
            server.restart()
            page = server.get("/server-info?server", host="web1.example.com").body.decode()
            told = server.output(*INFO, "-t", "-D", "DUMP_CONFIG")

        assert "MPM Name:</strong> <tt>event" in page.replace("\n", "")
        assert "connection: 60 &nbsp;&nbsp; keep-alive: 30" in page
        for directive in (
            "MaxRequestWorkers 40",
            "StartServers 2",
            "MinSpareThreads 40",
            "MaxSpareThreads 60",
            "ServerLimit 4",
            "ThreadsPerChild 20",
            "MaxConnectionsPerChild 0",
            "KeepAliveTimeout 30",
            "HostnameLookups Off",
            "WSGIRestrictEmbedded On",
        ):
            assert directive in told

    def test_any_fleet_loads_without_a_warning(self, any_fleet):
        with running_apache(on_this_machine(any_fleet)) as server:
            slots = sizes_of(any_fleet).web
            told = json.loads(server.get("/").body)
            running = kinds(server)
            warned = [line for line in server.log().splitlines() if ":warn]" in line]

        assert (told["processes"], told["threads"]) == (slots.processes, slots.threads)
        assert len(running["daemon"]) == slots.processes
        assert len(running["front"]) == slots.front_children
        assert warned == []


class TestPrefork:
    def test_as_many_processes_as_slots_from_the_start_and_python_in_each(self):
        with running_apache(on_this_machine(example_fleet()), "apache/prefork.conf") as server:
            wait_until(lambda: len(kinds(server)["front"]) == 20)
            told = json.loads(server.get("/").body)
            before = server.children().keys()
            with ThreadPoolExecutor(20) as pool:
                list(pool.map(lambda n: server.get("/slow"), range(20)))

            assert told["process_group"] == ""  # embedded
            assert told["pid"] in server.children()
            assert server.children().keys() == before
            assert kinds(server)["daemon"] == []
