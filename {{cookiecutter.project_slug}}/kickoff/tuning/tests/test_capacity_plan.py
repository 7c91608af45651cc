"""The fleet for a peak: by hand for the example of 3 nodes × 4 CPUs, and that it only grows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kickoff.testing.fleet import example_fleet
from kickoff.tuning.capacity.plan import plan
from kickoff.tuning.capacity.resources import (
    BALANCER_CPUS,
    BALANCER_LINE,
    CACHE_MEMORY,
    DATABASE_CPUS,
    NODE_CPUS,
    SLOTS,
    Peak,
    lasts_to,
    resources,
)
from kickoff.tuning.sizing import sizes_of
from kickoff.tuning.tests.capacity_times import PRIVATE, cost, times

# Up to 20,000 requests per second, and a hundred machines.
peaks = st.builds(Peak, st.integers(1, 10**5), st.floats(5, 1000))


def found(peak, service=None):
    fleet = example_fleet()
    return {each.name: each for each in resources(fleet, service or times(), peak)}


def page(**changes):
    return replace(PRIVATE, from_python=cost(**changes))


class TestResources:
    """1001 users who think 10 s: 100 requests per second."""

    peak = Peak(1001, 10)

    def test_the_cpus_of_two_of_three_nodes_and_half_of_them(self):
        cpus = found(self.peak)[NODE_CPUS]
        assert (cpus.busy, cpus.may) == pytest.approx((0.4, 4))  # 100 × 4 ms; 2 × 4 × 50 %
        assert (cpus.sum_of, cpus.may_of) == ("100/s × 4.000 ms", "2 nodes × 4 CPUs × 50%")

    def test_their_slots(self):
        slots = found(self.peak)[SLOTS]
        assert (slots.busy, slots.may) == pytest.approx((1, 20))  # 100 × 10 ms; 2 × 20 × 50 %

    def test_haproxy_has_cpus_of_its_own(self):
        fleet = example_fleet()
        small = replace(fleet, load_balancer=replace(fleet.load_balancer, cpus=1))
        cpus = {each.name: each for each in resources(small, times(), self.peak)}[BALANCER_CPUS]
        assert (cpus.busy, cpus.may) == pytest.approx((0.01, 0.5))  # 100 × 0.1 ms; 1 × 50 %
        assert cpus.may_of == "1 CPUs × 50%"

    def test_the_database(self):
        cpus = found(self.peak)[DATABASE_CPUS]
        assert (cpus.busy, cpus.may) == pytest.approx((0.1, 2))

    def test_the_memory_of_memcached(self):
        memory = found(self.peak)[CACHE_MEMORY]
        assert (memory.busy, memory.may) == pytest.approx((1001 * 4 / 1024, 2048 * 0.8))

    def test_the_line(self):
        line = found(self.peak)[BALANCER_LINE]
        assert (line.busy, line.may) == pytest.approx((100 * 8 * 1024 * 8 / 1e9, 5))


class TestFirstToRunOut:
    def first(self, service):
        last = lasts_to(example_fleet(), service, think_s=10)
        name = min(last, key=last.__getitem__)
        return name, last[name]

    def test_the_nodes_when_pages_compute(self):
        # 4 CPUs / 4 ms = 1000/s, each user one in 10.01 s
        assert self.first(times(page(web=4))) == (NODE_CPUS, pytest.approx(10_010, rel=1e-4))

    def test_the_slots_when_pages_wait(self):
        # 20 slots / 200 ms = 100/s
        service = times(page(response_ms=200, web=4), stored_kb_per_user=0)
        assert self.first(service) == (SLOTS, pytest.approx(1020, rel=1e-4))

    def test_the_database_when_pages_query(self):
        # 2 CPUs / 8 ms = 250/s
        service = times(page(web=4, database=8))
        assert self.first(service) == (DATABASE_CPUS, pytest.approx(2502.5, rel=1e-4))

    def test_memcached_when_users_have_much(self):
        # 1638.4 MB / 1 MB
        service = times(page(web=4), stored_kb_per_user=1024)
        assert self.first(service) == (CACHE_MEMORY, pytest.approx(1638.4, rel=1e-4))


class TestPlan:
    def test_nodes_for_their_cpus_and_one_to_spare(self):
        # 5000/s × 4 ms = 20 CPUs, of which each node may have 2 busy.
        planned = plan(example_fleet(), times(page(web=4)), Peak(50_050, 10))
        assert len(planned.fleet.nodes) == 10 + 1

    def test_nodes_for_their_slots(self):
        # A little less than 500/s × 200 ms = 100 slots, of which each node may have 10 busy.
        planned = plan(example_fleet(), times(page(response_ms=200)), Peak(5099, 10))
        assert len(planned.fleet.nodes) == 10 + 1
        assert planned.fleet.application.request_ms == 200
        assert planned.fleet.site.peak_requests_per_s == 500

    def test_two_nodes_even_for_one_user(self):
        assert len(plan(example_fleet(), times(), Peak(1, 10)).fleet.nodes) == 2

    def test_what_is_added_has_new_names_and_addresses(self):
        nodes = plan(example_fleet(), times(page(web=4)), Peak(20_020, 10)).fleet.nodes
        assert [(node.name, node.address) for node in nodes[2:]] == [
            ("web3", "10.0.0.13"),
            ("web4", "10.0.0.14"),
            ("web5", "10.0.0.15"),
        ]

    def test_memcached_for_what_users_have(self):
        # 1 MB each: 4000 MB; one server has 1024 × 80 % = 819 MB.
        service = times(page(web=1), stored_kb_per_user=1024)
        planned = plan(example_fleet(), service, Peak(4000, 100)).fleet
        assert [server.name for server in planned.memcached][2:] == ["cache3", "cache4", "cache5"]
        addresses = [machine.address for machine in (*planned.nodes, *planned.memcached[2:])]
        assert len(addresses) == len(set(addresses))

    def test_the_database_and_the_shards(self):
        # 1000/s: 8 CPUs busy, of 16; 1.2 of a refresher, which may be busy for half of its time.
        service = times(page(database=8, refresher=1.2))
        planned = plan(example_fleet(), service, Peak(10_010, 10))
        assert planned.fleet.database.cpus == 16
        assert planned.shards == 3

    def test_measured_memory_counts_when_it_is_larger(self):
        large = replace(times(), process_mb=300)
        assert plan(example_fleet(), large, Peak(1, 1)).fleet.application.process_mb == 300
        assert plan(example_fleet(), times(), Peak(1, 1)).fleet.application.process_mb == 200

    @given(peaks)
    def test_it_is_enough_for_its_peak_and_tune_agrees(self, peak):
        service = times(page(web=2, database=0.1, memcached=0.1, refresher=0.1))
        planned = plan(example_fleet(), service, peak)
        lacking = {
            each.name
            for each in resources(planned.fleet, service, peak, planned.shards)
            if not each.is_enough
        }
        assert lacking <= {BALANCER_LINE}  # there is one, whatever is planned
        assert sizes_of(planned.fleet).spare_requests_per_s >= 0

    @given(peaks, st.integers(1, 10**5))
    def test_more_users_never_need_less(self, peak, more):
        service = times(page(web=2, database=0.1, memcached=0.1, refresher=0.1))
        few, many = (
            plan(example_fleet(), service, Peak(users, peak.think_s))
            for users in (peak.users, peak.users + more)
        )
        assert len(many.fleet.nodes) >= len(few.fleet.nodes)
        assert len(many.fleet.memcached) >= len(few.fleet.memcached)
        assert many.fleet.database.cpus >= few.fleet.database.cpus
        assert many.shards >= few.shards
        assert many.sizes.database.max_connections >= few.sizes.database.max_connections

    @given(peaks, st.floats(0, 1000))
    def test_who_thinks_longer_never_needs_more(self, peak, longer):
        patient = Peak(peak.users, peak.think_s + longer)
        few, many = (plan(example_fleet(), times(), each).fleet.nodes for each in (patient, peak))
        assert len(few) <= len(many)


class TestProblems:
    def test_a_line_that_is_full(self):
        planned = plan(example_fleet(), times(page(sent_kb=1000)), Peak(10_010, 10))
        assert planned.problems[0] == (
            "line of HAProxy: 8.2 Gbit/s are busy, and one has 5 to spare (10 Gbit/s × 50%). "
            "A CDN in front, a larger machine, or several HAProxy."
        )

    def test_a_database_that_no_machine_has(self):
        planned = plan(example_fleet(), times(page(database=50)), Peak(10_010, 10))
        assert "The database needs 100 CPUs, more than one machine has: split it." in (
            planned.problems
        )

    def test_connections_that_have_no_room(self):
        # 41 nodes × 4 × 5 = 820, in a rollout 20 more, 4, health 41 × 6, 5, 2, 10: 1107
        planned = plan(example_fleet(), times(page(web=4)), Peak(200_200, 10))
        assert planned.sizes.database.max_connections == 1110
        assert planned.problems == (
            "1,110 connections × 3 MB = 3,330 MB, but the buffer pool leaves 2,048 MB. A smaller "
            "pool_size, more memory for the database, or a proxy that shares connections.",
        )

    def test_a_network_that_has_no_room(self):
        # 200,000/s × 4 ms: 400 nodes and one; 7,820 MB: 10 memcached
        planned = plan(example_fleet(), times(page(web=4)), Peak(2_002_000, 10))
        assert planned.problems[-1] == (
            "private_network 10.0.0.0/24 has no room for 411 machines. Name a larger one."
        )
