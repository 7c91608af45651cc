"""What Django's documentation promises of the calls of a cache, on a real memcached.

https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api
"""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.caching.django_cache import MemcachedCache
from kickoff.caching.tests.django_cache.caches import Player, make_cache
from kickoff.testing.servers import running_memcached


class TestGetAndSet:
    def test_a_value_comes_back(self, cache):
        cache.set("key", "hello, world!", 30)

        assert cache.get("key") == "hello, world!"

    def test_an_absent_key_is_none_or_the_default(self, cache):
        assert cache.get("key") is None
        assert cache.get("key", "has expired") == "has expired"

    @pytest.mark.parametrize(
        "value",
        [
            *("", "ünïcode", b"", b"\x00\r\n", b"12", "12", 0, -5, 2**63, 2**200, 1.5, True, False),
            *([1, "two"], {"a": {"b": (1, 2)}}, {1, 2}),
        ],
        ids=repr,
    )
    def test_values_keep_their_type(self, cache, value):
        cache.set("key", value)

        assert cache.get("key") == value
        assert type(cache.get("key")) is type(value)

    def test_instances_of_classes(self, cache):
        cache.set("key", Player("Ann"))

        assert cache.get("key").name == "Ann"

    def test_a_cached_none_is_a_hit(self, cache):
        cache.set("key", None)

        assert cache.get("key", "absent") is None
        assert "key" in cache
        assert cache.get_many(["key", "other"]) == {"key": None}
        assert cache.get_or_set("key", "computed") is None

    def test_a_value_that_cannot_be_pickled_raises(self, cache):
        with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
            cache.set("key", lambda: None)

    def test_what_was_cached_does_not_change_with_the_object(self, cache):
        value = [1]
        cache.set("key", value)
        value.append(2)

        assert cache.get("key") == [1]


class TestAdd:
    def test_does_not_replace(self, cache):
        assert cache.add("key", "first") is True
        assert cache.add("key", "second") is False
        assert cache.get("key") == "first"

    def test_one_of_many_succeeds(self, cache):
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(lambda n: cache.add("lock", n), range(40))) == 1


class TestGetOrSet:
    def test_stores_what_was_absent(self, cache):
        assert cache.get_or_set("key", "value", 100) == "value"
        assert cache.get("key") == "value"
        assert cache.get_or_set("key", "other", 100) == "value"

    def test_calls_a_callable_only_when_it_is_needed(self, cache):
        assert cache.get_or_set("key", lambda: "made") == "made"
        assert cache.get_or_set("key", lambda: 1 / 0) == "made"

    def test_a_callable_may_return_none(self, cache):
        assert cache.get_or_set("key", lambda: None) is None
        assert cache.get("key", "absent") is None


class TestMany:
    def test_get_many_returns_what_is_there(self, cache):
        cache.set_many({"a": 1, "b": [2], "ü": 3})

        assert cache.get_many(["a", "b", "ü", "absent"]) == {"a": 1, "b": [2], "ü": 3}
        assert cache.get_many(iter(["a"])) == {"a": 1}
        assert cache.get_many([]) == {}

    def test_set_many_returns_no_failures(self, cache):
        assert cache.set_many({"a": 1, "b": 2}, 100) == []
        assert cache.set_many({}) == []

    def test_delete_many(self, cache):
        cache.set_many({"a": 1, "b": 2, "c": 3})
        cache.delete_many(["a", "b", "absent"])
        cache.delete_many([])

        assert cache.get_many(["a", "b", "c"]) == {"c": 3}

    def test_several_servers(self, shared_memcached):
        with running_memcached() as second:
            cache = make_cache(shared_memcached, second)
            values = {f"key:{n}": n for n in range(50)}

            assert cache.set_many(values) == []
            assert cache.get_many(values) == values
            assert make_cache(second, shared_memcached).get_many(values) == values
            cache.delete_many(values)
            assert cache.get_many(values) == {}

    def test_the_server_can_be_one_string(self, shared_memcached):
        with running_memcached(on_socket=True) as second:
            places = f"{shared_memcached.address};{second.address}"
            cache = MemcachedCache(places, {})
            values = {f"key:{n}": n for n in range(50)}

            assert cache.set_many(values) == []
            assert cache.get_many(values) == values


class TestDelete:
    def test_says_whether_there_was_something(self, cache):
        cache.set("key", 1)

        assert cache.delete("key") is True
        assert cache.delete("key") is False
        assert cache.get("key") is None


class TestClear:
    def test_removes_everything(self, cache):
        cache.set_many({"a": 1, "b": 2})
        cache.clear()

        assert cache.get_many(["a", "b"]) == {}


class TestIncr:
    def test_up_and_down(self, cache):
        cache.set("num", 1)

        assert cache.incr("num") == 2
        assert cache.incr("num", 10) == 12
        assert cache.decr("num") == 11
        assert cache.decr("num", 5) == 6
        assert cache.incr("num", -2) == 4
        assert cache.decr("num", -2) == 6
        assert cache.get("num") == 6

    def test_a_number_that_becomes_shorter(self, cache):
        """memcached keeps its length and pads it with blanks."""
        cache.set("num", 100)

        assert cache.decr("num", 95) == 5
        assert cache.get("num") == 5

    def test_stops_at_zero(self, cache):
        cache.set("num", 1)

        assert cache.decr("num", 5) == 0

    @pytest.mark.parametrize("step", ["incr", "decr"])
    def test_a_key_that_is_not_there_is_an_error(self, cache, step):
        with pytest.raises(ValueError, match="not found"):
            getattr(cache, step)("num")
        assert "num" not in cache

    def test_a_value_that_is_no_number_is_an_error(self, cache):
        cache.set("num", "one")

        with pytest.raises(ValueError, match="is no number"):
            cache.incr("num")
        assert cache.get("num") == "one"

    def test_threads_lose_no_count(self, cache):
        cache.set("num", 0)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: cache.incr("num"), range(400)))

        assert cache.get("num") == 400
