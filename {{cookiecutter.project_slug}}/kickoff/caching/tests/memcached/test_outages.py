"""What can happen to memcached, on real servers."""

import logging
import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from kickoff.caching.stores import MemcachedStore, StoreUnavailableError, ValueTooLargeError
from kickoff.caching.stores.memcached import MAX_VALUE_BYTES
from kickoff.caching.stores.server import Connection
from kickoff.testing.servers import running_memcached
from kickoff.testing.waiting import wait_until

TTL_S = 60
TIMEOUT_S = 0.2
OWN_FILES = Path("/proc/self/fd")


class TimeIsUpError(BaseException):
    """Like the time-out of mod_wsgi: it can be raised between any two instructions."""


@pytest.fixture
def store(memcached_server):
    store = MemcachedStore([memcached_server.address])
    yield store
    store.close()


@pytest.fixture
def filled(store):
    """A store with one slot, and a connection that was used."""
    store.add("league:7", b"1", TTL_S)
    return store


@pytest.fixture
def impatient(store):
    """Skip the breaker's pause: what comes after it is to be seen."""
    for server in store._servers.values():
        server.breaker._pause_s = 0


class TestDead:
    def test_every_call_says_so(self, filled, memcached_server, impatient):
        held = filled.gets("league:7")
        memcached_server.kill()

        for call in (
            lambda: filled.get("league:7"),
            lambda: filled.gets("league:7"),
            lambda: filled.add("league:7", b"1", TTL_S),
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


class TestRestarted:
    """A restart between two requests: the kept connections are stale."""

    def test_costs_a_reader_nothing(self, filled, memcached_server):
        memcached_server.restart()

        assert filled.get("league:7") is None
        assert filled.gets("league:7") is None

    def test_costs_a_writer_nothing(self, filled, memcached_server):
        memcached_server.restart()

        assert filled.add("league:7", b"new", TTL_S) is True
        memcached_server.restart()
        assert filled.delete("league:7") is False

    def test_voids_the_tokens_although_memcached_counts_from_one_again(
        self, filled, memcached_server
    ):
        held = filled.gets("league:7")
        memcached_server.restart()
        filled.add("league:7", b"new", TTL_S)

        assert filled.gets("league:7").token[1] == held.token[1]
        assert filled.cas("league:7", b"old", held.token, TTL_S) is False
        assert filled.get("league:7") == b"new"

    def test_voids_them_in_a_thread_that_was_not_connected(self, filled, memcached_server):
        held = filled.gets("league:7")
        memcached_server.restart()
        filled.add("league:7", b"new", TTL_S)

        with ThreadPoolExecutor(1) as other:
            write = other.submit(filled.cas, "league:7", b"old", held.token, TTL_S)
            assert write.result() is False

    def test_a_flush_voids_them_too(self, filled, memcached_server):
        held = filled.gets("league:7")
        memcached_server.flush()

        assert filled.get("league:7") is None
        assert filled.cas("league:7", b"2", held.token, TTL_S) is False


class TestLostAnswers:
    """The command arrived, the answer did not. Sending it again could give the wrong answer."""

    @pytest.fixture
    def half_dead(self):
        """A server that reads a command and hangs up, and counts how often."""
        with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
            served = []

            def serve():
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        command = connection.recv(4096)
                        if command == b"stop":
                            return
                        served.append(command.split()[0])

            pool.submit(serve)
            address = listener.getsockname()
            yield f"127.0.0.1:{address[1]}", served
            with socket.create_connection(address) as connection:
                connection.sendall(b"stop")

    def test_add_and_delete_are_sent_once(self, half_dead):
        address, served = half_dead
        for write in (
            lambda store: store.add("league:7", b"1", TTL_S),
            lambda store: store.delete("league:7"),
        ):
            with pytest.raises(StoreUnavailableError):
                write(MemcachedStore([address]))

        assert served == [b"add", b"delete"]

    def test_a_read_on_a_new_connection_is_sent_once(self, half_dead):
        address, served = half_dead
        with pytest.raises(StoreUnavailableError):
            MemcachedStore([address]).get("league:7")

        assert served == [b"get"]


class TestInterrupted:
    """An exception in the middle of an exchange must not leave its answer for the next one."""

    @pytest.fixture
    def interrupt(self, monkeypatch):
        """The next answer is waited for, then the time is up."""

        def interrupt():
            def time_is_up(*args):
                monkeypatch.undo()
                raise TimeIsUpError

            monkeypatch.setattr("pymemcache.client.base._recv", time_is_up)
            monkeypatch.setattr(Connection, "_receive", time_is_up)

        return interrupt

    def test_a_read(self, filled, interrupt):
        filled.add("league:8", b"8", TTL_S)
        interrupt()
        with pytest.raises(TimeIsUpError):
            filled.get("league:7")

        assert filled.get("league:8") == b"8"
        assert filled.get("league:7") == b"1"

    def test_an_add(self, filled, interrupt):
        interrupt()
        with pytest.raises(TimeIsUpError):
            filled.add("league:8", b"lease", TTL_S)

        assert filled.add("league:7", b"lease", TTL_S) is False
        wait_until(lambda: filled.get("league:8"))  # It was on its way.
        assert filled.add("league:8", b"lease", TTL_S) is False

    def test_is_no_failure_of_the_server(self, filled, interrupt):
        interrupt()
        with pytest.raises(TimeIsUpError):
            filled.get("league:7")

        assert filled.get("league:7") == b"1"  # at once: nothing pauses

    def test_a_signal_handler_may_use_the_store_in_between(self, filled, monkeypatch):
        filled.add("league:8", b"8", TTL_S)
        receive = Connection._receive
        inner = []

        def handle_signal_first(connection, data, size_bytes):
            monkeypatch.undo()
            inner.append(filled.get("league:8"))
            return receive(connection, data, size_bytes)

        monkeypatch.setattr(Connection, "_receive", handle_signal_first)

        assert filled.get("league:7") == b"1"
        assert inner == [b"8"]


class TestSizes:
    @pytest.mark.parametrize("key", ["k", "k" * 250], ids=len)
    def test_the_largest_value_is_taken_by_a_default_server(self, store, key):
        largest = b"x" * MAX_VALUE_BYTES

        assert store.add(key, largest, TTL_S) is True
        assert store.cas(key, largest, store.gets(key).token, TTL_S) is True
        assert store.get(key) == largest

    def test_a_larger_one_is_refused_before_it_is_sent(self, filled, memcached_server):
        memcached_server.freeze()
        with pytest.raises(ValueTooLargeError) as error:
            filled.add("league:8", b"x" * (MAX_VALUE_BYTES + 1), TTL_S)

        assert error.value.key == "league:8"
        assert error.value.size_bytes == MAX_VALUE_BYTES + 1
        assert error.value.limit_bytes == MAX_VALUE_BYTES

    def test_a_value_that_the_server_refuses_is_the_same_error(self, memcached_server):
        store = MemcachedStore([memcached_server.address], max_value_bytes=2 * 1024 * 1024)
        store.add("league:7", b"1", TTL_S)
        held = store.gets("league:7")
        too_large = b"x" * 1024 * 1024

        with pytest.raises(ValueTooLargeError):
            store.add("league:8", too_large, TTL_S)
        with pytest.raises(ValueTooLargeError):
            store.cas("league:7", too_large, held.token, TTL_S)
        assert store.get("league:7") == b"1"
        assert store.get("league:8") is None


class TestSeveralServers:
    @pytest.fixture
    def second_server(self):
        with running_memcached() as server:
            yield server

    @pytest.fixture
    def two(self, memcached_server, second_server):
        store = MemcachedStore([memcached_server.address, second_server.address])
        for n in range(40):
            store.add(f"league:{n}", b"%d" % n, TTL_S)
        yield store
        store.close()

    def test_the_keys_of_a_dead_server_stay_its_own(self, two, memcached_server, second_server):
        placed = {n: two.server_of(f"league:{n}") for n in range(40)}
        assert set(placed.values()) == {memcached_server.address, second_server.address}
        second_server.kill()

        for n, server in placed.items():
            assert two.server_of(f"league:{n}") == server
            if server == memcached_server.address:
                assert two.get(f"league:{n}") == b"%d" % n
            else:
                with pytest.raises(StoreUnavailableError) as error:
                    two.get(f"league:{n}")
                assert error.value.server == second_server.address

    def test_the_order_in_which_they_are_named_does_not_matter(self, two, memcached_server):
        other = MemcachedStore(list(reversed(two._servers)))

        assert [other.get(f"league:{n}") for n in range(40)] == [b"%d" % n for n in range(40)]


class TestAddresses:
    def test_a_socket(self):
        with running_memcached(on_socket=True) as server:
            store = MemcachedStore([server.address])
            assert store.add("league:7", b"1", TTL_S) is True
            assert store.get("league:7") == b"1"

    def test_ipv6(self):
        try:
            with socket.create_server(("::1", 0), family=socket.AF_INET6):
                pass
        except OSError:
            pytest.skip("This machine has no IPv6 loopback.")
        with running_memcached("-l", "::1") as server:
            store = MemcachedStore([f"[::1]:{server.port}"])
            assert store.add("league:7", b"1", TTL_S) is True


class TestConnections:
    def test_one_per_thread_is_kept(self, filled, memcached_server):
        opened_before = memcached_server.stat("total_connections")
        for _ in range(100):
            filled.get("league:7")
            filled.gets("league:7")
            filled.delete("league:8")

        assert memcached_server.stat("total_connections") == opened_before + 1  # The count's own.

    @pytest.mark.skipif(not OWN_FILES.is_dir(), reason="Only Linux tells what a process has open.")
    def test_they_are_closed_when_the_thread_ends(self, filled):
        open_before = open_sockets()
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(filled.get, ["league:7"] * 50))
            assert open_sockets() > open_before
        wait_until(lambda: open_sockets() <= open_before)


def open_sockets():
    """Those of this process, each with its number in the kernel."""
    names = {read_link(path) for path in OWN_FILES.iterdir()}
    return {name for name in names if name.startswith("socket:")}


def read_link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""  # closed meanwhile
