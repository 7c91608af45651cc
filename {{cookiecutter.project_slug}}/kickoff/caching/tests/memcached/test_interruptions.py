"""Exchanges that did not come to their end."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.caching.stores import MemcachedStore, StoreUnavailableError
from kickoff.caching.stores.connection import Connection
from kickoff.testing.waiting import wait_until

TTL_S = 60


class TimeIsUpError(BaseException):
    """Like the time-out of mod_wsgi: it can be raised between any two instructions."""


@pytest.mark.usefixtures("known_server")
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
            lambda store: store.add_or_gets("league:7", b"1", TTL_S),
        ):
            with pytest.raises(StoreUnavailableError):
                write(MemcachedStore([address]))

        assert served == [b"add", b"delete", b"add"]

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

    def test_an_add_or_gets_between_its_two_answers(self, filled, monkeypatch):
        filled.add_or_gets("league:7", b"lease", TTL_S)  # It knows the server from here on.

        def time_is_up(*args):
            monkeypatch.undo()
            raise TimeIsUpError

        monkeypatch.setattr(Connection, "_value_with_cas_id", time_is_up)
        with pytest.raises(TimeIsUpError):
            filled.add_or_gets("league:8", b"lease", TTL_S)

        assert filled.get("league:7") == b"1"
        assert filled.add_or_gets("league:8", b"another", TTL_S).value == b"lease"

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
