"""Connections to memcached stay open, one for each thread and process."""

import os

import pytest
from django.core.cache import caches, close_caches
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.exceptions import ImproperlyConfigured

from kickoff.caching.tests.django_cache.caches import make_cache


class TestConnections:
    def test_stay_open_between_requests(self, fragile, memcached_server):
        fragile.set("key", 1)
        opened_before = memcached_server.stat("total_connections")
        for _ in range(10):
            fragile.get("key")
            fragile.close()

        assert memcached_server.stat("total_connections") == opened_before + 1  # Its own.

    def test_are_kept_by_the_thread_not_by_the_cache_object(self, memcached_server, settings):
        settings.CACHES = {
            "default": {
                "BACKEND": "kickoff.caching.django_cache.MemcachedCache",
                "LOCATION": memcached_server.address,
            }
        }
        caches["default"].set("key", 1)
        opened_before = memcached_server.stat("total_connections")
        for _ in range(10):
            close_caches()  # What Django does at the end of each request.
            del caches["default"]
            assert caches["default"].get("key") == 1

        assert memcached_server.stat("total_connections") == opened_before + 1

    def test_is_still_a_pymemcache_cache(self, cache):
        assert isinstance(cache, PyMemcacheCache)

    def test_unknown_options_are_refused(self, shared_memcached):
        with pytest.raises(ImproperlyConfigured, match="no OPTIONS ignore_exc"):
            make_cache(shared_memcached, OPTIONS={"ignore_exc": True})

    @pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
    def test_a_fork_speaks_on_a_connection_of_its_own(self, cache):
        cache.set("parent", "p" * 5000)
        cache.set("child", "c" * 5000)
        child = os.fork()
        if child == 0:
            answers = {cache.get("child") for _ in range(300)}
            os._exit(0 if answers == {"c" * 5000} else 1)
        answers = {cache.get("parent") for _ in range(300)}

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert answers == {"p" * 5000}
