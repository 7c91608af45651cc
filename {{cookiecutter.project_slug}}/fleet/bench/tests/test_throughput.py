"""Pages per second beside their peers, with loads that are pretended."""

import pytest

from fleet.bench.load import Load
from fleet.bench.processes import BenchError
from fleet.bench.rows import throughput
from fleet.bench.sampling import Measured
from fleet.bench.tests.pretended import PretendNode, world

MENU = b'<span class="menu-name">ann</span>'
LEAGUE = b'<article class="lineup-card">'


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
            return Load(int(found * seconds), found, 1.0, 2.0, client_us=9.0)

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
            "front in the kernel for Apache µs": pytest.approx(0.2 * 1e6 / 40_000),
            "front in the client µs": 9.0,
            "static in Apache µs": pytest.approx(0.1 * 1e6 / 20_000),
            "static in the kernel for Apache µs": pytest.approx(0.2 * 1e6 / 20_000),
            "static in the client µs": 9.0,
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

    def test_nor_is_one_that_browsers_do_not_get_compressed(self, node, probe):
        node.headers = {"Content-Encoding": "identity"}
        with pytest.raises(BenchError, match="front answers 200, not compressed"):
            throughput.Throughput(world(node, probe))

    def test_nor_is_a_menu_for_strangers(self, node, probe):
        node.pages["/menu/"] = b"Sign in"
        with pytest.raises(BenchError, match="menu knows nobody"):
            throughput.Throughput(world(node, probe))
