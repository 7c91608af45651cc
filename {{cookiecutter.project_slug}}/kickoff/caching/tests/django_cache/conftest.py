"""A cache on a real memcached, and one whose server can be mistreated."""

import pytest

from kickoff.caching.tests.django_cache.caches import make_cache


@pytest.fixture
def cache(shared_memcached):
    shared_memcached.flush()
    cache = make_cache(shared_memcached)
    yield cache
    cache.disconnect()


@pytest.fixture
def fragile(memcached_server):
    """A cache whose server can be mistreated."""
    cache = make_cache(memcached_server)
    yield cache
    cache.disconnect()


@pytest.fixture
def impatient(fragile):
    """Skip the breaker's pauses: what comes after them is to be seen."""
    for server in fragile._cache._servers.values():
        server.server.breaker._pause_s = 0
