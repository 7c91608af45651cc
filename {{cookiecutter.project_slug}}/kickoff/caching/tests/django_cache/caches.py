"""Caches under test, and what they keep."""

from kickoff.caching.django_cache import MemcachedCache


def make_cache(*servers, **params):
    return MemcachedCache([server.address for server in servers], params)


def end_pause(cache):
    """The next call is a probe."""
    for server in cache._cache._servers.values():
        server.server.breaker._retry_at = 0


class Player:
    """Something that can be pickled."""

    def __init__(self, name):
        self.name = name
