"""What is predicted, by hand; and what the page says when it was wrong."""

from __future__ import annotations

import pytest

from fleet.capacity import checking, sampling
from fleet.capacity.check_pages import path, with_check_pages
from fleet.capacity.checking import Check, Limits, Load, Row, limits_of_load, limits_of_mix, mixed
from fleet.capacity.costs import MeasuredCost
from fleet.capacity.load import Answers, Request
from fleet.capacity.measuring import Measured, cost_with_what_follows, in_turns
from fleet.capacity.mix import kinds
from fleet.capacity.page import page
from fleet.up.errors import FleetError
from kickoff.tuning.tests.capacity_times import PRIVATE, PUBLIC, cost, times

VISITOR = {"league": 3, "teams": [7, 8], "cookie": "s=1", "editor": "/e/", "forms": ["a", "b"]}
MEASURED = MeasuredCost(cost(response_ms=100, web=4, balancer=1), client_cpu_ms=5)  # 10 ms in all


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch):
    monkeypatch.setattr(checking, "CORES", 2)


class TestOnePage:
    def test_slots_that_wait(self):
        limits = limits_of_load(Load("waits", [], MEASURED), nodes=1, slots=10)
        assert limits.by == pytest.approx({"visitors": 200, "slots": 100, "cores": 200})
        assert (limits.first, limits.requests_per_s) == ("slots", 100)

    def test_cores_that_all_nodes_share(self):
        limits = limits_of_load(Load("computes", [], MEASURED), nodes=3, slots=10)
        assert limits.by == pytest.approx({"visitors": 600, "slots": 300, "cores": 200})
        assert limits.first == "cores"

    def test_visitors_who_think(self):
        # 20 / (0.2 + 0.1)
        limits = limits_of_load(Load("few", [], MEASURED, think_ms=200), nodes=3, slots=10)
        assert limits.requests_per_s == pytest.approx(66.67, rel=1e-3)
        assert limits.first == "visitors"


class TestWhatFollows:
    def test_is_what_the_pages_cost_more_than_usual(self):
        own, usual = cost(response_ms=9, web=7, database=2), [cost(web=1), cost(web=3)]
        # 3 requests × 5 ms - 1 - 3
        found = cost_with_what_follows(own, cost(web=5, database=1), usual)
        assert (found.response_ms, found.cpu_ms["web"], found.cpu_ms["database"]) == (9, 11, 3)

    def test_is_never_less_than_nothing(self):
        found = cost_with_what_follows(cost(web=7), cost(web=2), [cost(web=1)])
        assert found.cpu_ms["web"] == 7

    def test_each_page_is_asked_for_before_it_is_changed(self):
        found = {kind.name: kind for kind in kinds([VISITOR], ["/matches/1/"], "/board/")}
        saved = found["line-up saved"]
        requests = in_turns(saved, [found[name] for name in saved.changes])
        assert [(request.path, request.body) for request in requests] == [
            *(("/leagues/3/", ""), ("/e/", ""), ("/e/", "a")),
            *(("/leagues/3/", ""), ("/e/", ""), ("/e/", "b")),
        ]


class TestTheMix:
    def test_of_a_private_page_is_that_of_the_page(self):
        found = Measured(times(PRIVATE), {"private": 4.8})  # 4 + 0.1 + 0.1 + 1 + 4.8 = 10 ms
        limits = limits_of_mix(found, {"private": 1}, nodes=1, slots=10)
        assert limits.by == pytest.approx({"slots": 1000, "cores": 200}, rel=1e-4)

    def test_of_a_public_page_asks_apache_alone_in_the_end(self):
        # 0.5 ms each from the cache, and one of 4 ms per second and node: X × 0.5 + 3.5 = 2000
        found = Measured(times(PUBLIC), {"public": 0})
        limits = limits_of_mix(found, {"public": 1}, nodes=1, slots=10)
        assert limits.by["cores"] == pytest.approx(3993, rel=1e-3)

    def test_has_the_shares_that_are_written_down(self):
        found = kinds([VISITOR], ["/matches/1/", "/matches/2/"], "/board/")
        assert sum(kind.share for kind in found) == pytest.approx(1)
        requests = mixed(found)
        assert len(requests) == 1000
        assert requests.count(Request("/board/")) == 460
        assert {each.path for each in requests if each.body} == {"/e/"}


class TestPage:
    def rows(self, measured):
        return Check(times(), [Row("waits", 2, Limits({"slots": 100, "cores": 300}), measured)])

    def test_a_prediction_that_is_right(self):
        found = self.rows((90.0, 110.0, 500.0))
        assert "| waits | 2 | slots | 100 | 110 | 0.91 |  |" in page(found)
        assert found.missed == []

    @pytest.mark.parametrize(("measured", "ratio"), [(79.0, "1.27"), (134.0, "0.75")])
    def test_one_that_is_not(self, measured, ratio):
        found = self.rows((measured,))
        assert f"| {ratio} | MISSED |" in page(found)
        assert len(found.missed) == 1


class TestCheckPages:
    def ask(self, address):
        said = []
        application = with_check_pages(lambda environ, start: [b"the site"])
        body = application({"PATH_INFO": address}, lambda status, headers: said.append(status))
        return said, body

    def test_one_of_its_own(self):
        assert self.ask(path(wait_ms=1, steps=10)) == (["200 OK"], [b"done"])

    def test_all_others_are_the_sites(self):
        assert self.ask("/capacity-check/x/1/") == ([], [b"the site"])


class TestQuietSample:
    @pytest.fixture
    def busy_s(self, monkeypatch):
        """The processor time of the machine as it is read, before and after each load."""
        read: list[float] = []
        answers = Answers(10, 1, 1, 1, client_cpu_s=0)
        monkeypatch.setattr(sampling, "send", lambda *args, **how: answers)
        monkeypatch.setattr(sampling, "machine_cpu_s", lambda: read.pop(0))
        monkeypatch.setattr(sampling, "CORES", 2)
        monkeypatch.setattr(sampling.time, "sleep", lambda seconds: None)
        clock = iter(range(1000))
        monkeypatch.setattr(sampling.time, "monotonic", lambda: float(next(clock)))
        return read

    def sample(self):
        return sampling.quiet_sample(FakeWorld(), [Request("/")], "h", clients=1, seconds=1)

    def test_waits_until_others_leave_the_machine_alone(self, busy_s):
        busy_s += [0, 1, 1, 1.1]  # of two cores 1 s, then 0.1 s
        assert self.sample().others == pytest.approx(0.05)

    def test_gives_up_on_a_machine_that_has_other_things_to_do(self, busy_s):
        busy_s += [float(n) for n in range(2 * sampling.TRIES)]
        with pytest.raises(FleetError, match="other processes took 50% of its cores, more than 10"):
            self.sample()


class FakeMeter:
    """Of a fleet that takes no processor time."""

    def read(self):
        return {"web": 0.0}

    def used(self, before):
        return before

    def cpu_s(self, before, seconds):
        return before


class FakeWorld:
    fleet = type("Fleet", (), {"haproxy": type("Balancer", (), {"port": 1})})
    meter = FakeMeter()
