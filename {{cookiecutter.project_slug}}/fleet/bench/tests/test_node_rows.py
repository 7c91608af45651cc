"""The rows on the node, with loads that are pretended."""

import os
from types import SimpleNamespace

import pytest

from fleet.bench.cpu import CpuTime
from fleet.bench.load import Load, Target
from fleet.bench.plan import QUICK
from fleet.bench.processes import BenchError
from fleet.bench.rows import expiry, goal_load, memory, saves, throughput
from fleet.bench.rows.expiry import bursts
from fleet.bench.rows.goal_seen import GoalSeen
from fleet.bench.rows.memory import resident_kb
from fleet.bench.sampling import Measured

MENU = b'<span class="menu-name">ann</span>'
LEAGUE = b'<article class="lineup-card">'


class PretendProbe:
    """Answers each command with what it was given for it, or calls it."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def ask(self, command, *arguments, **how):
        self.asked.append((command, *arguments))
        answer = self.answers.get(command)
        return answer(*arguments) if callable(answer) else answer

    def tell(self, command, *arguments):
        self.asked.append((command, *arguments))

    def answer(self):
        return self.answers["watch"]


class PretendNode:
    def __init__(self, pages=None):
        self.pages = pages or {}
        self.site_pids = [1, 2]
        self.cpu = CpuTime(0.0, 0.0)
        self.web = SimpleNamespace(log=lambda: "last words")

    def page(self, path, **headers):
        return self.pages.get(path, b"")

    def front_cpu(self):
        self.cpu = CpuTime(self.cpu.user_s + 0.1, self.cpu.system_s + 0.2)
        return self.cpu

    def serve_statically(self, page):
        self.pages["/static/page.html"] = page
        return "/static/page.html"

    def in_front(self, *paths, headers=None):
        return Target("127.0.0.2", 80, "localhost", paths, headers)

    def past_the_cache(self, *paths, headers=None):
        return Target("127.0.0.2", 80, "web1.localhost", paths, headers)


def world(node, probe, plan=QUICK, **more):
    return SimpleNamespace(plan=plan, node=node, match_day=probe, **more)


@pytest.fixture
def probe():
    return PretendProbe(
        leagues=[7, 8],
        paths=[["/leagues/7/", "/leagues/7/standings/"], ["/leagues/8/", "/leagues/8/standings/"]],
        signed_in={"headers": {"Cookie": "c"}, "name": "ann", "menu": "/menu/", "teams": "/teams/"},
    )


class TestThroughput:
    @pytest.fixture
    def node(self):
        leagues = [
            "/leagues/7/",
            *(f"/bench/{way}/7/" for way in ("joined", "naive", "kept-for-long")),
        ]
        return PretendNode({"/menu/": MENU, **dict.fromkeys(leagues, LEAGUE)})

    @pytest.fixture(autouse=True)
    def without_orm_caches(self, monkeypatch):
        monkeypatch.setattr(throughput, "without_cachalot", lambda: "django-cachalot is not there")
        monkeypatch.setattr(throughput, "without_cacheops", lambda: "Redis is not there")

    def answering(self, monkeypatch, per_s):
        """Each path at so many requests per second, as the front or as the direct host."""
        loads = []

        def load(target, seconds, clients):
            loads.append((target, clients))
            found = per_s.get((target.host, target.paths[0]), 100.0)
            return Load(int(found * seconds), found, 1.0, 2.0)

        monkeypatch.setattr(throughput, "load", load)
        return loads

    def test_compares_the_page_with_each_peer(self, monkeypatch, node, probe):
        self.answering(
            monkeypatch,
            {
                ("localhost", "/leagues/7/"): 40_000.0,
                ("localhost", "/static/page.html"): 20_000.0,
                ("web1.localhost", "/leagues/7/"): 3_600.0,
                ("web1.localhost", "/bench/empty/"): 4_000.0,
                ("web1.localhost", "/bench/naive/7/"): 10.0,
            },
        )
        found = throughput.Throughput(world(node, probe)).measure()
        assert found["front_to_empty"].value == 10
        assert found["front_to_static"].value == 2
        assert found["front_to_static"].parts == {
            "front requests/s": 40_000.0,
            "static requests/s": 20_000.0,
            "front in Apache µs": pytest.approx(0.1 * 1e6 / 40_000),
            "front in the kernel µs": pytest.approx(0.2 * 1e6 / 40_000),
            "static in Apache µs": pytest.approx(0.1 * 1e6 / 20_000),
            "static in the kernel µs": pytest.approx(0.2 * 1e6 / 20_000),
        }
        assert found["front_to_naive"].value == 4_000
        assert found["django_to_empty"] == Measured(
            0.9, {"django requests/s": 3_600.0, "empty requests/s": 4_000.0}
        )

    def test_a_peer_that_is_missing_is_a_row_that_says_so(self, monkeypatch, node, probe):
        self.answering(monkeypatch, {})
        subject = throughput.Throughput(world(node, probe))
        missing = {row.key: row.obstacle for row in subject.rows if row.obstacle}
        assert missing == {
            "django_to_cachalot": "django-cachalot is not there",
            "django_to_cacheops": "Redis is not there",
        }
        assert subject.measure().keys() == {row.key for row in subject.rows} - missing.keys()

    def test_the_slowest_page_gets_more_time_until_it_has_answered(self, monkeypatch, node, probe):
        loads = self.answering(monkeypatch, {("web1.localhost", "/bench/naive/7/"): 0.5})
        throughput.Throughput(world(node, probe)).measure()
        assert sum("/bench/naive/7/" in target.paths for target, _ in loads) == 2

    def test_a_peer_with_another_page_is_no_peer(self, node, probe):
        node.pages["/bench/joined/7/"] = b"<h1>Sorry</h1>"
        with pytest.raises(BenchError, match="joined does not answer with its page"):
            throughput.Throughput(world(node, probe))

    def test_nor_is_a_menu_for_strangers(self, node, probe):
        node.pages["/menu/"] = b"Sign in"
        with pytest.raises(BenchError, match="menu knows nobody"):
            throughput.Throughput(world(node, probe))


class TestMemory:
    def subject(self, monkeypatch, node, probe, sizes):
        monkeypatch.setattr(memory, "load", lambda target, seconds, clients: Load(10**6, 1, 1, 1))
        turns = iter(sizes)
        monkeypatch.setattr(memory.Memory, "_sizes_kb", lambda self: next(turns))
        return memory.Memory(world(node, probe))

    def test_grows_by_what_the_last_round_has_more_than_the_first(self, monkeypatch, probe):
        sizes = [{1: 100 * 1024, 2: 200 * 1024}, {1: 103 * 1024, 2: 201 * 1024}]
        subject = self.subject(monkeypatch, PretendNode(), probe, sizes)
        *early, last = [subject.measure() for _ in range(QUICK.rounds)]
        assert early == [{}] * (QUICK.rounds - 1)
        assert last["memory"].value == 201
        assert last["memory_growth"].value == pytest.approx(3)

    def test_of_a_process_that_has_ended_says_nothing(self, monkeypatch, probe):
        subject = self.subject(monkeypatch, PretendNode(), probe, [{1: 100}, {3: 100}])
        for _ in range(QUICK.rounds - 1):
            subject.measure()
        with pytest.raises(BenchError, match=r"A daemon process has ended meanwhile\.\nlast words"):
            subject.measure()

    def test_is_that_of_the_kernel(self):
        assert 5_000 < resident_kb(os.getpid()) < 5_000_000


class TestRebuilds:
    def test_of_the_same_expiry_are_those_within_half_a_second(self):
        assert bursts([10.0, 10.1, 10.4, 11.3, 11.35, 12.9]) == 3
        assert bursts([]) == 0

    def test_are_counted_for_each_change_and_each_expiry(self, monkeypatch, probe):
        monkeypatch.setattr(expiry, "RunningLoad", PretendLoad)
        monkeypatch.setattr(expiry.time, "sleep", lambda seconds: None)
        built = {
            "cache_page": iter([[1.0], [2.0, 2.1, 2.2, 3.3, 3.4]]),
            "fantasy.League.html": iter([[5.0], [6.0, 7.0]]),
        }
        node = PretendNode()
        node.builds_since_last = lambda name: next(built[name])
        found = expiry.Expiry(world(node, probe)).measure()
        assert found["rebuilds_per_expiry"].value == 2 / QUICK.expiries
        assert found["rebuilds_per_expiry_cache_page"].value == 5 / 2
        assert probe.asked.count(("rename", 7)) == QUICK.expiries


class PretendLoad:
    p99_ms = iter(())

    def __init__(self, target, seconds, clients, **how):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def result(self):
        return Load(100, 100.0, 1.0, next(self.p99_ms, 1.0))


def test_a_goal_is_compared_with_the_rest_after_a_load_that_warms_up(monkeypatch, probe):
    class Pretended(PretendLoad):
        p99_ms = iter([50.0, 4.0, 6.0])

    monkeypatch.setattr(goal_load, "RunningLoad", Pretended)
    monkeypatch.setattr(goal_load.time, "sleep", lambda seconds: None)
    found = goal_load.GoalLoad(world(PretendNode(), probe)).measure()
    assert found["goal_p99"].value == 1.5
    assert probe.asked.count(("goal",)) == 1


class TestGoalSeen:
    def subject(self, monkeypatch, probe, seen):
        monkeypatch.setattr("fleet.bench.rows.goal_seen.time.sleep", lambda seconds: None)
        watcher = PretendProbe(watch=seen)
        probe.answers["goal"] = 100.0
        site = SimpleNamespace(probe=lambda role: watcher)
        return GoalSeen(world(PretendNode(), probe, beside_node=site))

    def test_a_page_that_changed_before_the_goal_is_no_measurement(self, monkeypatch, probe):
        subject = self.subject(monkeypatch, probe, {"/leagues/7/": 99.5})
        with pytest.raises(BenchError, match="before the goal"):
            subject.measure()

    def test_a_page_that_never_changes_has_waited_until_the_end(self, monkeypatch, probe):
        monkeypatch.setattr("fleet.bench.rows.goal_seen.time.monotonic", lambda: 99.0)
        found = self.subject(monkeypatch, probe, {}).measure()
        assert found["goal_seen_p99"].value == pytest.approx(5.0)


class TestSaves:
    def subject(self, probe, flush="1"):
        saving = PretendProbe(
            save=lambda kind, *_: {"per_s": {"ours": 300.0, "naive": 100.0}[kind], "deadlocks": 0},
            acknowledged={"saves": 400, "line-ups": 120},
            lost=2,
        )
        node = PretendNode()
        node.mariadb = SimpleNamespace(
            variables=lambda: {"innodb_flush_log_at_trx_commit": flush}, restart=lambda: None
        )
        node.web.answers = lambda: True
        site = SimpleNamespace(probe=lambda role: saving)
        return saves.Saves(world(node, probe, beside_node=site))

    def test_are_compared_and_what_is_lost_is_counted(self, probe):
        found = self.subject(probe).measure()
        assert found["saves_to_naive"].value == 3
        assert found["saves_lost"] == Measured(2, {"saves": 400, "line-ups": 120})

    def test_on_a_server_that_does_not_sync_are_no_measurement(self, probe):
        with pytest.raises(BenchError, match="is 2: nothing is durable"):
            self.subject(probe, flush="2").measure()
