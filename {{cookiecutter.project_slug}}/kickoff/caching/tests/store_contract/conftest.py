"""A real memcached and a real file: what every store promises is tried on both."""

import time

import pytest

from kickoff.caching.stores import MemcachedStore, SqliteStore
from kickoff.testing.waiting import wait_until


@pytest.fixture(params=["memcached", "sqlite"])
def store(request, tmp_path):
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "slots.sqlite3", timeout_s=5)
    else:
        server = request.getfixturevalue("shared_memcached")
        server.flush()
        store = MemcachedStore([server.address], timeout_s=5)
    yield store
    store.close()


@pytest.fixture
def expire(monkeypatch):
    """Makes a key of 2 s expire: in a file by moving the clock, in memcached by waiting for it."""

    def expire(store, key):
        if isinstance(store, SqliteStore):
            later = time.time() + 3
            monkeypatch.setattr("time.time", lambda: later)
        else:
            wait_until(lambda: store.get(key) is None)

    return expire
