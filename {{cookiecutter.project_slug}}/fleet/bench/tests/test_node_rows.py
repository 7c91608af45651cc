"""The rows on the node, with loads that are pretended."""

import os
from types import SimpleNamespace

import pytest

from fleet.bench.load import Load
from fleet.bench.plan import QUICK
from fleet.bench.processes import BenchError
from fleet.bench.rows import expiry, goal_load, memory, saves
from fleet.bench.rows.expiry import bursts
from fleet.bench.rows.goal_seen import GoalSeen
from fleet.bench.rows.memory import resident_kb
from fleet.bench.sampling import Measured
from fleet.bench.tests.pretended import PretendLoad, PretendNode, PretendProbe, world


class TestMemory:
    def subject(self, monkeypatch, node, probe, sizes):
        monkeypatch.setattr(memory, "load", lambda target, seconds, clients: Load(10**6, 1, 1, 1))
        turns = iter(sizes)
        monkeypatch.setattr(memory.Memory, "_sizes_kb", lambda self: next(turns))
        return memory.Memory(world(node, probe))

    def test_grows_by_what_the_last_round_has_added(self, monkeypatch, probe):
        sizes = [{1: 100 * 1024, 2: 200 * 1024}, {1: 103 * 1024, 2: 201 * 1024}]
        subject = self.subject(monkeypatch, PretendNode(), probe, sizes)
        *early, last = [subject.measure() for _ in range(QUICK.rounds)]
        assert early == [{}] * (QUICK.rounds - 1)
        assert last["memory"].value == 201
        assert last["memory_growth"].value == pytest.approx(3)

    def test_all_rounds_fill_it_and_the_last_one_asks_for_all(self, monkeypatch, probe):
        asked = []
        subject = self.subject(monkeypatch, PretendNode(), probe, [{1: 100}, {1: 101}])
        monkeypatch.setattr(subject, "_ask_for", asked.append)
        subject.measure()
        assert asked == [memory.WARM_AT_LEAST]
        subject.measure()
        assert asked == [memory.WARM_AT_LEAST] * 2 + [QUICK.growth_requests]

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

    def found(self, monkeypatch, probe, changes):
        monkeypatch.setattr(expiry, "RunningLoad", PretendLoad)
        monkeypatch.setattr(expiry.time, "sleep", lambda seconds: None)
        assert len(changes) == QUICK.expiries
        built = {
            "cache_page": iter([[1.0], [2.0, 2.1, 2.2, 3.3, 3.4]]),
            "fantasy.League.html": iter([[5.0], *changes]),
        }
        node = PretendNode()
        node.builds_since_last = lambda name: next(built[name])
        return expiry.Expiry(world(node, probe)).measure()

    def test_a_change_that_nobody_rendered_is_no_measurement(self, monkeypatch, probe):
        with pytest.raises(BenchError, match=r"was not rendered within 1 s: \[2, 0\]"):
            self.found(monkeypatch, probe, [[6.0, 6.1], []])

    def test_are_counted_for_each_change_and_each_expiry(self, monkeypatch, probe):
        found = self.found(monkeypatch, probe, [[6.0], [7.0, 7.1]])
        assert found["rebuilds_per_expiry"] == Measured(
            2, {"changes": 2, "rendered": 3, "fewest": 1}
        )
        assert found["rebuilds_per_expiry_cache_page"].value == 5 / 2
        assert probe.asked.count(("rename", 7)) == QUICK.expiries


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
        monkeypatch.setattr("fleet.bench.rows.goal_seen.load", lambda *args: None)
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
