"""How long a value stays in the cache."""

import time

import pytest

from kickoff.caching.tests.django_cache.caches import make_cache
from kickoff.testing.waiting import wait_until


class TestTimeouts:
    def test_a_value_expires(self, cache):
        cache.set("key", 1, 1)

        wait_until(lambda: cache.get("key") is None)
        assert "key" not in cache
        assert cache.touch("key") is False

    def test_none_never_expires(self, cache):
        assert cache.get_backend_timeout(None) == 0
        cache.set("key", 1, timeout=None)

        assert cache.get("key") == 1

    @pytest.mark.parametrize("timeout", [0, -1, -0.5])
    def test_nothing_is_cached_without_time(self, cache, timeout):
        cache.set("key", "old")
        cache.set("key", "new", timeout)

        assert cache.get("key") is None
        assert cache.add("key", 1, timeout) is True
        assert cache.get("key") is None

    def test_a_part_of_a_second_is_one(self, cache):
        """Django's backend makes it none: then two workers get the same lock."""
        assert cache.get_backend_timeout(0.2) == 1
        assert cache.get_backend_timeout(1.2) == 2
        assert [cache.add("lock", n, timeout=2.5) for n in range(3)] == [True, False, False]

    def test_more_than_thirty_days(self, cache):
        cache.set("key", 1, 60 * 60 * 24 * 30 + 1)
        cache.set_many({"other": 2}, 60 * 60 * 24 * 365)

        assert cache.get("key") == 1
        assert cache.get("other") == 2

    def test_the_default_is_that_of_the_settings(self, shared_memcached):
        assert make_cache(shared_memcached).get_backend_timeout() == 300
        assert make_cache(shared_memcached, TIMEOUT=7).get_backend_timeout() == 7
        assert make_cache(shared_memcached, TIMEOUT=None).get_backend_timeout() == 0

    def test_touch_gives_a_new_timeout(self, cache):
        cache.set("key", 1, 1)

        assert cache.touch("key", 100) is True
        time.sleep(1.1)
        assert cache.get("key") == 1
        assert cache.touch("key", 0) is True
        assert cache.get("key") is None
        assert cache.touch("key", 100) is False
