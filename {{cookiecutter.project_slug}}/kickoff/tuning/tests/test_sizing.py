from __future__ import annotations

from dataclasses import replace

import pytest

from kickoff.brakes import configuration
from kickoff.health.conf import DEFAULTS
from kickoff.testing.fleet import example_fleet, fleet_of
from kickoff.tuning.sizes import HEALTH_PROCESSES
from kickoff.tuning.sizing import sizes_of
from kickoff.tuning.timeouts import TimeOuts


class TestExample:
    """3 nodes × 4 CPUs × 8 GB, the numbers reckoned by hand."""

    def test_slots_and_the_threads_in_front_of_them(self):
        web = sizes_of(example_fleet()).web

        assert (web.processes, web.threads, web.slots) == (4, 5, 20)
        assert web.front_needed == 40  # 10 + 1.5 × 20
        assert (web.front_children, web.front_workers, web.front_children_limit) == (2, 40, 4)
        assert web.static_slots == 20

    @pytest.mark.parametrize(
        ("memory_gb", "space_mb", "part_mb", "used_mb"),
        [(1, 512, 2, 5), (2, 1024, 4, 9), (8, 1024, 4, 9)],
    )
    def test_the_page_cache_is_no_larger_than_the_kernel_grants(
        self, memory_gb, space_mb, part_mb, used_mb
    ):
        web = sizes_of(fleet_of(2, 2, memory_gb)).web
        assert web.page_cache_space_mb == space_mb
        assert web.page_cache_part_bytes == part_mb * 2**20
        assert web.page_cache_mb == used_mb  # two parts, and 4 kB of each of the 256

    def test_connections_of_the_database(self):
        database = sizes_of(example_fleet()).database

        assert database.site_connections == 60 + 20 + 4 + 18 + 5
        assert database.connections == 107 + 2 + 10
        assert database.max_connections == 120

    def test_health_is_counted_as_long_as_it_takes_samples(self):
        assert DEFAULTS["HEALTH_IDLE_S"] / 10 == HEALTH_PROCESSES  # monitoring asks every 10 s
        assert configuration.HEALTH_PROCESSES == HEALTH_PROCESSES

    def test_memory_of_the_database(self):
        database = sizes_of(example_fleet()).database

        assert database.buffer_pool_mb == 6144  # three quarters of 8 GB
        assert database.redo_log_mb == 1536
        assert database.open_files == 32768

    def test_connections_of_memcached(self):
        memcached = sizes_of(example_fleet()).memcached

        assert memcached.connections == 120 + 40 + (2 + 5) * 2 + 18 + 10
        assert memcached.max_connections == 1024

    def test_memory_of_a_node_with_everything(self):
        (web1, *_) = sizes_of(example_fleet()).memory

        assert web1.used == 4 * 200 + 4 * 30 + 9 + 1024 + 200
        assert web1.usable == 6553  # 0.8 × 8192

    def test_one_node_may_be_away_at_the_peak(self):
        sizes = sizes_of(example_fleet())

        assert sizes.requests_per_s_of_a_node == 250  # 20 slots, half busy, 40 ms each
        assert sizes.spare_requests_per_s == 100
        assert sizes.problems() == []


@pytest.mark.parametrize(
    ("fleet", "slots", "front", "connections", "buffer_pool_mb", "ready_needed"),
    [
        # 20+10 +4 +12 +5 +2 +10 = 63; half of 4 GB
        ((2, 2, 4), 10, 40, 70, 2048, 1),
        ((3, 4, 8), 20, 40, 120, 6144, 2),
        # 1600 + 80 + 4 + 20 × 6 + 5 + 2 + 10 = 1821; 10 + 120 = 130 threads in children of 20
        ((20, 16, 64), 80, 140, 1830, 49152, 10),
    ],
)
def test_other_fleets(fleet, slots, front, connections, buffer_pool_mb, ready_needed):
    sizes = sizes_of(fleet_of(*fleet))

    assert sizes.problems() == []
    assert sizes.web.slots == slots
    assert sizes.web.front_workers == front
    assert sizes.database.max_connections == connections
    assert sizes.database.buffer_pool_mb == buffer_pool_mb
    assert sizes.balancer.ready_needed == ready_needed


class TestProblems:
    def test_a_node_that_would_swap(self):
        fleet = example_fleet()
        greedy = replace(fleet, application=replace(fleet.application, process_mb=2000))

        assert sizes_of(greedy).problems()[0] == (
            "web1: daemon processes 8000 + Apache's children 120 + page cache 9 + memcached 1024 "
            "+ refresher 200 = 9353 MB, but only 6553 MB (80% of its memory) may be used. "
            "It would swap."
        )

    def test_a_peak_that_one_node_less_cannot_carry(self):
        fleet = example_fleet()
        crowded = replace(fleet, site=replace(fleet.site, peak_requests_per_s=501))

        assert sizes_of(crowded).problems() == [
            "Without one node, 2 × 250 requests per second are left, but the peak is 501. "
            "Add a node."
        ]

    def test_a_database_beside_a_node_gets_a_quarter(self):
        fleet = example_fleet()
        shared = replace(fleet, database=replace(fleet.database, address="10.0.0.13"))
        sizes = sizes_of(shared)

        assert sizes.database.buffer_pool_mb == 2048
        assert sizes.memory[2].used == 4 * 200 + 4 * 30 + 9 + 2048

    def test_the_smallest_node_sets_the_sizes_for_all(self):
        fleet = example_fleet()
        mixed = replace(fleet, nodes=(*fleet.nodes[:2], replace(fleet.nodes[2], cpus=2)))

        assert sizes_of(mixed).web.slots == 10


class TestTimeOuts:
    def test_what_is_inside_ends_first(self):
        waits = [seconds for _, seconds in TimeOuts().in_order()]
        assert waits == sorted(waits)

    def test_the_queue_and_the_request_end_before_the_balancer(self):
        times = TimeOuts()
        assert times.daemon_queue + times.request < times.balancer_server <= times.socket

    def test_the_fail_safe_is_within_twice_the_balancers(self):
        times = TimeOuts()
        assert times.fail_safe(5) == pytest.approx(39.1, abs=0.1)
        assert times.fail_safe(5) <= 2 * times.balancer_server

    def test_connections_are_replaced_before_the_server_closes_them(self):
        times = TimeOuts()
        assert times.pool_recycle < times.database_wait
        assert times.balancer_keep_alive < times.front_keep_alive
        assert times.check_ms < 1000 * times.check_interval

    def test_a_slow_database_makes_no_node_look_dead(self):
        """Its statements end, and their threads answer the checks again."""
        times = TimeOuts()
        assert times.silence == 5.5
        assert times.statement < times.silence
