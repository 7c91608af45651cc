"""A server that is dead or frozen costs its time-out once, and is no miss."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from kickoff.caching.stores import StoreUnavailableError

TTL_S = 60
TIMEOUT_S = 0.2


class TestDead:
    def test_every_call_says_so(self, filled, memcached_server, impatient):
        held = filled.gets("league:7")
        memcached_server.kill()

        for call in (
            lambda: filled.get("league:7"),
            lambda: filled.gets("league:7"),
            lambda: filled.add("league:7", b"1", TTL_S),
            lambda: filled.add_or_gets("league:7", b"1", TTL_S),
            lambda: filled.cas("league:7", b"1", held.token, TTL_S),
            lambda: filled.delete("league:7"),
        ):
            with pytest.raises(StoreUnavailableError) as error:
                call()
            assert error.value.server == memcached_server.address

    def test_fails_fast_and_warns_once(self, filled, memcached_server, caplog):
        memcached_server.kill()
        started = time.monotonic()
        for _ in range(500):
            with pytest.raises(StoreUnavailableError):
                filled.get("league:7")

        assert time.monotonic() - started < 0.5
        assert len(caplog.records) == 1
        assert caplog.records[0].levelno == logging.WARNING

    def test_recovers_by_itself(self, filled, memcached_server, impatient):
        memcached_server.kill()
        with pytest.raises(StoreUnavailableError):
            filled.get("league:7")
        memcached_server.start()

        assert filled.get("league:7") is None
        assert filled.add("league:7", b"1", TTL_S) is True


class TestFrozen:
    def test_costs_the_time_out_once(self, filled, memcached_server):
        memcached_server.freeze()
        started = time.monotonic()
        for _ in range(500):
            with pytest.raises(StoreUnavailableError):
                filled.get("league:7")

        assert TIMEOUT_S <= time.monotonic() - started < TIMEOUT_S + 0.5

    def test_threads_that_were_under_way_wait_once_each_and_together(
        self, filled, memcached_server
    ):
        start = Barrier(8)

        def read(_):
            start.wait()
            for _ in range(50):
                with pytest.raises(StoreUnavailableError):
                    filled.get("league:7")

        memcached_server.freeze()
        started = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(read, range(8)))

        assert time.monotonic() - started < 2 * TIMEOUT_S + 0.5

    def test_a_late_answer_is_never_taken_for_another(self, filled, memcached_server, impatient):
        filled.add("league:8", b"8", TTL_S)
        memcached_server.freeze()
        with pytest.raises(StoreUnavailableError):
            filled.get("league:7")
        memcached_server.thaw()

        assert filled.get("league:8") == b"8"
        assert filled.get("league:7") == b"1"
