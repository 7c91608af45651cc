"""Keys of the cache, with their prefixes and versions."""

import pytest
from django.core.cache.backends.base import InvalidCacheKey

from kickoff.caching.tests.django_cache.caches import make_cache


class TestVersionsAndPrefixes:
    def test_versions_are_apart(self, cache):
        cache.set("key", "one")
        cache.set("key", "two", version=2)

        assert cache.get("key") == cache.get("key", version=1) == "one"
        assert cache.get_many(["key"], version=2) == {"key": "two"}
        assert cache.delete("key", version=2) is True
        assert cache.get("key") == "one"

    def test_incr_and_decr_version(self, cache):
        cache.set("key", "value", version=2)

        assert cache.incr_version("key", version=2) == 3
        assert cache.get("key", version=3) == "value"
        assert cache.get("key", version=2) is None
        assert cache.decr_version("key", version=3) == 2
        assert cache.get("key", version=2) == "value"
        with pytest.raises(ValueError, match="not found"):
            cache.incr_version("absent")

    def test_version_and_prefix_of_the_settings(self, cache, shared_memcached):
        staging = make_cache(shared_memcached, KEY_PREFIX="staging")
        second = make_cache(shared_memcached, VERSION=2)
        for each, value in (cache, "plain"), (staging, "staging"), (second, "second"):
            each.set("key", value)

        assert [each.get("key") for each in (cache, staging, second)] == [
            *("plain", "staging", "second")
        ]
        assert cache.get("key", version=2) == "second"

    def test_a_key_function(self, shared_memcached):
        cache = make_cache(shared_memcached, KEY_FUNCTION=lambda key, prefix, version: f"my-{key}")
        cache.set_many({"key": 1})

        assert cache.get("key", version=9) == 1
        assert cache.get_many(["key"]) == {"key": 1}


class TestKeys:
    @pytest.mark.parametrize("key", ["key with blanks", "line\nbreak", "x" * 251, "ü" * 124])
    def test_what_memcached_cannot_hold_is_an_error(self, cache, key):
        for call in (
            lambda: cache.get(key),
            lambda: cache.set(key, 1),
            lambda: cache.add(key, 1),
            lambda: cache.touch(key),
            lambda: cache.incr(key),
            lambda: cache.delete(key),
            lambda: cache.get_many([key]),
            lambda: cache.set_many({key: 1}),
            lambda: cache.delete_many([key]),
        ):
            with pytest.raises(InvalidCacheKey):
                call()

    def test_unicode_up_to_250_bytes(self, cache):
        key = "ü" * 123  # and ":1:" before it
        cache.set(key, 1)

        assert cache.get(key) == 1
        assert cache.get_many([key]) == {key: 1}
