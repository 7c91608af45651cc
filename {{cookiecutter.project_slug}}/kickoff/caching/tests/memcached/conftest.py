"""Stores on a memcached of each test's own, to be mistreated."""

import pytest

from kickoff.caching.stores import MemcachedStore
from kickoff.caching.stores.connection import Connection

TTL_S = 60


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


@pytest.fixture
def known_server(monkeypatch):
    """The server is not asked who it is: the first question is that of the test."""

    def incarnation(connection):
        if connection.sock is None:
            connection._connect()
        return "this one"

    monkeypatch.setattr(Connection, "incarnation", incarnation)
