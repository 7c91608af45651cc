"""deploy/haproxy/haproxy.cfg in a real HAProxy, in front of nodes that say what they are told."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.haproxy import HAProxyProcess, checked_configuration, running_haproxy
from kickoff.testing.http import StandIn, ask
from kickoff.testing.processes import program, server_folder
from kickoff.testing.waiting import wait_until
from kickoff.tuning.fleet import Fleet

INSIDE, OUTSIDE = "127.0.0.77", "127.9.9.9"


class Balanced:
    """HAProxy and its nodes."""

    def __init__(self, fleet: Fleet, stack: ExitStack) -> None:
        self.nodes = {
            node.name: stack.enter_context(closing(StandIn(node.name, node.address)))
            for node in fleet.nodes
        }
        ports = {name: node.port for name, node in self.nodes.items()}
        self.haproxy: HAProxyProcess = stack.enter_context(running_haproxy(fleet, ports))

    def say(self, *states: int) -> None:
        """Each node's state; returns when HAProxy has seen them."""
        for node, state in zip(self.nodes.values(), states, strict=True):
            node.state = state
        wait_until(lambda: all(self._seen(name) for name in self.nodes), limit_s=20)

    def _seen(self, name: str) -> bool:
        """A node that was down may stay down in `app`, whatever it says: it gets nothing."""
        state = self.nodes[name].state
        app = self.haproxy.servers("app")[name]["status"]
        any_ = self.haproxy.servers("app_any")[name]["status"]
        if state == 200:
            return app.startswith("UP") and any_ == "UP"
        return app in {"NOLB", "DOWN"} and any_ == ("NOLB" if state == 404 else "UP")

    def spread(self, path: str = "/", requests: int = 30) -> Counter[str]:
        """How many answers came from which node; statuses of HAProxy's own."""
        answers = [self.haproxy.get(path) for _ in range(requests)]
        return Counter(
            answer.headers.get("X-Served-By") or str(answer.status) for answer in answers
        )


@pytest.fixture(scope="module")
def shared() -> Iterator[Balanced]:
    with ExitStack() as stack:
        yield Balanced(on_this_machine(example_fleet()), stack)


@pytest.fixture
def balanced(shared):
    """With all nodes ready."""
    shared.say(200, 200, 200)
    return shared


@pytest.fixture(scope="module")
def certificate():
    folder = server_folder()
    folder.chmod(0o755)
    path = folder / "site.pem"
    key = [program("openssl", package="openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    command = [*key, "-keyout", str(path), "-out", str(folder / "crt"), "-subj", "/CN=example.com"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + (folder / "crt").read_text())
    path.chmod(0o644)
    yield path
    shutil.rmtree(folder)


def test_any_fleet_is_valid_without_a_warning(any_fleet, certificate):
    checked = checked_configuration(on_this_machine(any_fleet), certificate)

    assert (checked.returncode, checked.stderr) == (0, "")


class TestSizes:
    def test_what_runs_is_what_was_computed(self, balanced):
        info = dict(
            line.split(": ", 1) for line in balanced.haproxy.tell("show info").splitlines() if line
        )
        limits = {
            name: {server["slim"] for server in balanced.haproxy.servers(name).values()}
            for name in ("app", "app_any", "static")
        }
        assert info["Maxconn"] == "4000"
        assert limits == {"app": {"20"}, "app_any": {"20"}, "static": {"20"}}

    def test_a_node_gets_no_more_than_its_slots_and_the_rest_waits(self, balanced):
        for node in balanced.nodes.values():
            node.delay_s = 0.2
        with ThreadPoolExecutor(100) as pool:
            answers = list(pool.map(lambda n: balanced.haproxy.get("/").status, range(100)))
        for node in balanced.nodes.values():
            node.delay_s = 0.0

        assert answers == [200] * 100
        assert {node.most_at_once for node in balanced.nodes.values()} == {20}

    def test_who_waits_for_more_than_two_seconds_gets_503(self, balanced):
        """60 slots, each taken for 3 s; the 61st request and those after it wait."""
        for node in balanced.nodes.values():
            node.delay_s = 3.0
        with ThreadPoolExecutor(70) as pool:
            answers = list(pool.map(lambda n: balanced.haproxy.get("/"), range(70)))
        for node in balanced.nodes.values():
            node.delay_s = 0.0

        assert Counter(answer.status for answer in answers) == {200: 60, 503: 10}
        assert {a.headers["Retry-After"] for a in answers if a.status == 503} == {"5"}

    def test_a_canary_gets_its_weight(self):
        """Weight 10 beside two of 100, all of them busy: about 10 of 210 requests."""
        fleet = on_this_machine(example_fleet())
        nodes = (*fleet.nodes[:2], replace(fleet.nodes[2], weight=10))
        with ExitStack() as stack:
            balanced = Balanced(replace(fleet, nodes=nodes), stack)
            for node in balanced.nodes.values():
                node.delay_s = 0.02
            with ThreadPoolExecutor(30) as pool:
                answers = list(pool.map(lambda n: balanced.haproxy.get("/"), range(600)))
        share = Counter(answer.headers["X-Served-By"] for answer in answers)

        assert 0 < share["web3"] < 600 * 0.12
        assert share["web1"] > 4 * share["web3"]


class TestReadiness:
    def test_all_ready_nodes_get_their_share(self, balanced):
        assert balanced.spread() == {"web1": 10, "web2": 10, "web3": 10}

    def test_one_that_is_not_ready_gets_nothing(self, balanced):
        balanced.say(503, 200, 200)
        assert balanced.spread() == {"web2": 15, "web3": 15}

    def test_what_runs_there_may_finish(self, balanced):
        for node in balanced.nodes.values():
            node.delay_s = 4.0
        with ThreadPoolExecutor(3) as pool:
            running = [pool.submit(balanced.haproxy.get) for _ in balanced.nodes]
            balanced.say(503, 200, 200)
            answers = [each.result() for each in running]
        for node in balanced.nodes.values():
            node.delay_s = 0.0

        assert {answer.headers["X-Served-By"] for answer in answers} == {"web1", "web2", "web3"}

    def test_the_last_ready_one_does_not_get_everything(self, balanced):
        balanced.say(503, 503, 200)

        assert balanced.spread() == {"web1": 10, "web2": 10, "web3": 10}
        assert balanced.haproxy.get("/").headers["X-LB-Mode"] == "fail-open"

    def test_a_fault_that_all_share_takes_no_node_away(self, balanced):
        balanced.say(503, 503, 503)
        assert balanced.spread() == {"web1": 10, "web2": 10, "web3": 10}

    def test_whoever_watches_hears_of_the_first_that_is_missing(self, balanced):
        watch = balanced.haproxy.watch_port
        assert ask(watch, "/all-nodes", host="watch").status == 200
        balanced.say(503, 200, 200)
        assert ask(watch, "/all-nodes", host="watch").status == 503


class TestDraining:
    def test_a_node_that_drains_gets_nothing(self, balanced):
        balanced.say(404, 200, 200)
        assert balanced.spread() == {"web2": 15, "web3": 15}

    def test_nor_when_requests_go_to_all_that_live(self, balanced):
        balanced.say(404, 200, 503)
        assert balanced.spread() == {"web2": 15, "web3": 15}
        assert balanced.haproxy.get("/").headers["X-LB-Mode"] == "fail-open"

    def test_nor_does_it_get_requests_for_files(self, balanced):
        balanced.say(404, 200, 200)
        assert "web1" not in balanced.spread("/static/site.css")

    def test_by_the_socket_it_holds_in_both_backends(self, balanced):
        for backend in ("app", "app_any"):
            balanced.haproxy.tell(f"set server {backend}/web1 state drain")
        try:
            assert "web1" not in balanced.spread()
            balanced.nodes["web2"].state = balanced.nodes["web3"].state = 503
            wait_until(lambda: "X-LB-Mode" in balanced.haproxy.get("/").headers, limit_s=20)
            assert balanced.spread() == {"web2": 15, "web3": 15}
        finally:
            for backend in ("app", "app_any"):
                balanced.haproxy.tell(f"set server {backend}/web1 state ready")

    def test_its_direct_host_still_answers(self, balanced):
        balanced.say(404, 200, 200)
        answer = balanced.haproxy.get("/", host="web1.example.com", source=INSIDE)
        assert answer.headers["X-Served-By"] == "web1"


class TestDirectHosts:
    @pytest.mark.parametrize("name", ["web1", "web2", "web3"])
    def test_each_name_is_its_own_node(self, balanced, name):
        for _ in range(3):
            answer = balanced.haproxy.get("/", host=f"{name}.example.com", source=INSIDE)
            assert answer.headers["X-Served-By"] == name

    def test_a_node_that_is_down_is_reached_by_its_name(self, balanced):
        balanced.say(500, 200, 200)
        assert balanced.haproxy.servers("direct")["web1"]["status"].startswith("DOWN")
        answer = balanced.haproxy.get("/", host="web1.example.com", source=INSIDE)
        assert answer.headers["X-Served-By"] == "web1"

    def test_they_are_closed_to_others(self, balanced):
        assert balanced.haproxy.get("/", host="web1.example.com", source=OUTSIDE).status == 403


class TestVisitors:
    def test_unknown_hosts_are_misdirected(self, balanced):
        assert balanced.haproxy.get("/", host="unknown.invalid").status == 421

    def test_http_is_sent_to_https(self, balanced):
        answer = ask(balanced.haproxy.plain_port, "/a?b=c", host="example.com")
        assert (answer.status, answer.headers["Location"]) == (301, "https://example.com/a?b=c")

    def test_what_they_say_about_themselves_is_replaced(self, balanced):
        answer = balanced.haproxy.get(
            "/",
            source=OUTSIDE,
            X_Forwarded_For="10.0.0.1",
            X_Forwarded_Proto="http",
            X_Forwarded_Host="evil.example",
            Forwarded="for=10.0.0.1",
        )
        told = json.loads(answer.body)

        assert told["x-forwarded-for"] == OUTSIDE
        assert told["x-forwarded-proto"] == "https"
        assert {"x-forwarded-host", "forwarded"} & told.keys() == set()


def test_requests_to_a_node_that_died_go_to_another_at_once():
    """Before any check has found out."""
    with ExitStack() as stack:
        balanced = Balanced(on_this_machine(example_fleet()), stack)
        balanced.say(200, 200, 200)
        balanced.nodes["web1"].close()

        spread = balanced.spread()
        assert spread.keys() == {"web2", "web3"}


def test_who_waits_for_a_node_that_froze_is_answered_by_another():
    """As soon as it is out. What may have been done there is not done again: 502."""
    with ExitStack() as stack:
        balanced = Balanced(on_this_machine(example_fleet()), stack)
        for node in balanced.nodes.values():
            node.delay_s = 0.5  # so that each of them gets a page and a form
        frozen, haproxy = balanced.nodes["web1"], balanced.haproxy
        frozen.is_thawed.clear()
        stack.callback(frozen.is_thawed.set)
        pool = stack.enter_context(ThreadPoolExecutor(6))

        reading = [pool.submit(haproxy.get) for _ in range(3)]
        wait_until(lambda: all(row["scur"] == "1" for row in haproxy.servers("app").values()))
        sending = [pool.submit(haproxy.get, method="POST", body="a=b") for _ in range(3)]
        pages, forms = ([each.result() for each in asked] for asked in (reading, sending))

    assert {page.headers["X-Served-By"] for page in pages} == {"web2", "web3"}
    assert Counter(form.status for form in forms) == {200: 2, 502: 1}
