"""Values that are too large for memcached."""

from kickoff.caching.tests.django_cache.caches import make_cache

LARGEST = 1024 * 1024


class TestSizes:
    TOO_LARGE = "x" * LARGEST

    def test_set_does_not_raise_and_the_old_value_is_gone(self, cache, caplog):
        cache.set("key", "old")
        cache.set("key", self.TOO_LARGE)

        assert cache.get("key") is None
        assert "':1:key' has 1048" in caplog.text

    def test_set_many_names_the_key(self, cache):
        cache.set("large", "old")

        assert cache.set_many({"a": 1, "large": self.TOO_LARGE, "b": 2}) == ["large"]
        assert cache.get_many(["a", "large", "b"]) == {"a": 1, "b": 2}

    def test_add_says_no(self, cache):
        assert cache.add("key", self.TOO_LARGE) is False

    def test_get_or_set_returns_it_all_the_same(self, cache):
        assert cache.get_or_set("key", self.TOO_LARGE) == self.TOO_LARGE

    def test_what_the_server_refuses_is_the_same(self, shared_memcached):
        cache = make_cache(shared_memcached, OPTIONS={"max_value_bytes": 4 * LARGEST})
        cache.set("key", "old")
        cache.set("key", self.TOO_LARGE)

        assert cache.get("key") is None
        assert cache.add("key", self.TOO_LARGE) is False
        assert cache.get_many(["key"]) == {}
