import logging
import os
import signal
from threading import Event, Thread

import pytest

from kickoff.caching.stores.breaker import Breaker


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker("memcached web1", clock=clock)


class TestAllows:
    def test_everything_while_all_is_well(self, breaker):
        assert [breaker.allows() for _ in range(3)] == [True, True, True]

    def test_nothing_for_a_second_after_a_failure(self, breaker, clock):
        breaker.failed("timed out")
        assert breaker.allows() is False

        clock.now_s += 0.99
        assert breaker.allows() is False

    def test_then_one_probe(self, breaker, clock):
        breaker.failed("timed out")
        clock.now_s += 1

        assert [breaker.allows() for _ in range(3)] == [True, False, False]

    def test_everything_after_a_probe_that_succeeded(self, breaker, clock):
        breaker.failed("timed out")
        clock.now_s += 1
        breaker.allows()
        breaker.succeeded()

        assert [breaker.allows() for _ in range(3)] == [True, True, True]

    def test_nothing_for_another_second_after_a_probe_that_failed(self, breaker, clock):
        breaker.failed("timed out")
        clock.now_s += 1
        breaker.allows()
        breaker.failed("timed out")

        clock.now_s += 0.99
        assert breaker.allows() is False
        clock.now_s += 0.01
        assert breaker.allows() is True

    def test_a_probe_that_never_came_back_is_followed_by_another(self, breaker, clock):
        breaker.failed("timed out")
        clock.now_s += 1
        assert breaker.allows() is True

        clock.now_s += 1
        assert breaker.allows() is True


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_fork_leaves_no_lock_behind_that_nobody_holds(breaker):
    held, done = Event(), Event()

    def hold():
        with breaker._lock:
            held.set()
            done.wait(10)

    holder = Thread(target=hold)
    holder.start()
    held.wait(10)
    child = os.fork()
    if child == 0:
        signal.alarm(5)  # Ends a child that waits for ever.
        breaker.failed("timed out")
        os._exit(0 if not breaker.allows() else 1)
    status = os.waitpid(child, 0)[1]
    done.set()
    holder.join()

    assert os.waitstatus_to_exitcode(status) == 0


class TestLog:
    @pytest.fixture
    def lines(self, caplog):
        caplog.set_level(logging.INFO, logger="kickoff.caching.stores")
        return lambda: [record.getMessage() for record in caplog.records]

    def test_one_warning_per_minute_with_the_number_of_failures(self, breaker, clock, lines):
        for _ in range(61):
            breaker.failed("timed out")
            clock.now_s += 1

        assert lines() == [
            "memcached web1 does not answer (timed out): 1 calls failed since the last warning.",
            "memcached web1 does not answer (timed out): 60 calls failed since the last warning.",
        ]

    def test_one_line_when_it_is_back(self, breaker, lines):
        breaker.failed("timed out")
        breaker.succeeded()
        breaker.succeeded()

        assert lines()[1:] == ["memcached web1 answers again."]

    def test_a_server_that_comes_and_goes_is_as_quiet(self, breaker, clock, lines):
        for _ in range(30):
            breaker.failed("timed out")
            breaker.succeeded()
            clock.now_s += 1

        assert len(lines()) == 2
