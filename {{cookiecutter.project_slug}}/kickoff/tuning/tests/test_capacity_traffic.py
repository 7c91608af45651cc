"""The three laws, reckoned by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickoff.tuning.capacity.limits import LimitError, fewest, largest
from kickoff.tuning.capacity.traffic import python_share, requests_per_s, traffic
from kickoff.tuning.tests.capacity_times import PRIVATE, PUBLIC, times


class TestArrivals:
    def test_visitors_divided_by_the_time_of_one_round(self):
        assert requests_per_s(times(), users=1001, think_s=10) == pytest.approx(100)  # 10 + 0.01

    def test_without_a_pause_the_answers_alone_count(self):
        assert requests_per_s(times(), users=5, think_s=0) == pytest.approx(500)  # 5 / 0.01

    def test_what_apache_has_kept_is_answered_sooner(self):
        assert requests_per_s(times(PUBLIC), users=1, think_s=0) == pytest.approx(1000)  # 1 ms


class TestTraffic:
    def test_each_part_is_busy_for_rate_times_time(self):
        load = traffic(times(), rate=200, users=1, nodes=2)

        assert load.slots == pytest.approx(2)  # 200 × 10 ms
        assert load.cpu["web"] == pytest.approx(0.8)  # 200 × 4 ms
        assert load.cpu["database"] == pytest.approx(0.2)
        assert load.cpu["refresher"] == 0
        assert load.sent_mb_per_s == pytest.approx(1.5625)  # 200 × 8 kB
        assert (load.python_per_s, load.python_ms) == pytest.approx((200, 10))

    def test_two_kinds_of_pages_take_their_shares(self):
        slow = replace(PRIVATE, from_python=replace(PRIVATE.from_python, response_ms=30))
        load = traffic(times(PRIVATE, slow), rate=100, users=1, nodes=1)

        assert load.slots == pytest.approx(2)  # 50 × 10 ms + 50 × 30 ms
        assert load.python_ms == pytest.approx(20)


class TestApachesCache:
    def test_99_of_a_hundred_requests_for_one_page_in_a_second(self):
        assert python_share(PUBLIC, rate=99, users=1, nodes=1) == pytest.approx(0.01)

    def test_each_node_has_its_own(self):
        assert python_share(PUBLIC, rate=99, users=1, nodes=99) == pytest.approx(0.5)

    def test_pages_that_become_more_with_the_visitors(self):
        league = replace(PUBLIC, addresses=0, addresses_per_user=0.1)
        assert python_share(league, rate=100, users=10, nodes=1) == pytest.approx(1 / 101)
        assert python_share(league, rate=100, users=1000, nodes=1) == pytest.approx(0.5)

    def test_a_private_page_is_never_kept(self):
        assert python_share(PRIVATE, rate=1e6, users=1, nodes=1) == 1

    def test_what_it_does_to_the_nodes(self):
        load = traffic(times(PUBLIC), rate=99, users=1, nodes=1)

        assert load.python_per_s == pytest.approx(0.99)
        assert load.cpu["web"] == pytest.approx((0.99 * 4 + 98.01 * 0.5) / 1000)

    @given(st.floats(0.001, 1e6), st.floats(0.001, 1e6), st.integers(1, 1000))
    def test_more_requests_never_mean_fewer_for_python(self, rate, more, nodes):
        few, many = (traffic(times(PUBLIC), each, 1, nodes) for each in (rate, rate + more))
        assert many.python_per_s >= few.python_per_s
        assert many.cpu["web"] >= few.cpu["web"]


class TestSearch:
    @given(st.floats(0.001, 1e9))
    def test_the_largest_number_below_a_limit(self, limit):
        assert largest(lambda number: number <= limit) == pytest.approx(limit, rel=1e-5)

    def test_nothing_fits(self):
        assert largest(lambda number: False) < 1e-5

    def test_there_is_no_limit(self):
        assert largest(lambda number: True) == 1e12

    @given(st.integers(1, 10_000), st.integers(1, 50))
    def test_the_fewest_from_a_limit_on(self, limit, start):
        assert fewest("nodes", lambda number: number >= limit, start) == max(limit, start)

    def test_what_never_fits_is_an_error(self):
        with pytest.raises(LimitError, match="10,000 nodes would not be enough"):
            fewest("nodes", lambda number: False)
