"""What Django's documentation promises of a cache, and what ours adds, on a real memcached.

https://docs.djangoproject.com/en/stable/topics/cache/#the-low-level-cache-api
"""

import asyncio
import os
import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import caches, close_caches
from django.core.cache.backends.base import InvalidCacheKey
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.exceptions import ImproperlyConfigured

from kickoff.caching.cache_client import MAX_LOST_KEYS, cache_server
from kickoff.caching.django_cache import MemcachedCache
from kickoff.caching.signed_values import dumps, refusals
from kickoff.caching.stores import StoreUnavailableError
from kickoff.testing.servers import running_memcached
from kickoff.testing.waiting import wait_until

LARGEST = 1024 * 1024
TIMEOUT_S = 0.2


def make_cache(*servers, **params):
    return MemcachedCache([server.address for server in servers], params)


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


def end_pause(cache):
    """The next call is a probe."""
    for server in cache._cache._servers.values():
        server.server.breaker._retry_at = 0


class Player:
    """Something that can be pickled."""

    def __init__(self, name):
        self.name = name


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


class TestAsync:
    def test_every_method_has_its_twin(self, cache):
        async def use():
            await cache.aset("key", 1)
            assert await cache.aget("key") == 1
            assert await cache.aadd("key", 2) is False
            assert await cache.aincr("key") == 2
            assert await cache.adecr("key") == 1
            assert await cache.atouch("key") is True
            assert await cache.ahas_key("key") is True
            assert await cache.aget_or_set("other", 5) == 5
            assert await cache.aset_many({"a": 1}) == []
            assert await cache.aget_many(["a", "key"]) == {"a": 1, "key": 1}
            assert await cache.adelete("key") is True
            await cache.adelete_many(["a"])
            await cache.aclear()
            assert await cache.aget("other") is None
            await cache.aclose()

        # In a thread of its own: the browser tests keep an event loop running in this one.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, use()).result()


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


class TestSignatures:
    KEY = ":1:key"

    @pytest.fixture
    def plant(self, shared_memcached):
        """What somebody else writes into memcached."""
        server = cache_server(shared_memcached.address, 1, 1)
        return lambda data, key=self.KEY: server.write("set", key, data)

    @pytest.mark.parametrize(
        "data",
        [
            pickle.dumps("not signed"),
            b"s1" + b"\0" * 32 + pickle.dumps("signed by somebody"),
            b"s1",
            b"",
            b"text",
            b"9" * 5000,
        ],
        ids=lambda data: repr(data[:12]),
    )
    def test_what_is_not_signed_by_us_is_a_miss(self, cache, plant, data):
        plant(data)
        refused_before = refusals.count

        assert cache.get("key", "default") == "default"
        assert refusals.count == refused_before + 1

    def test_it_is_never_unpickled(self, cache, plant):
        class Evil:
            def __reduce__(self):
                return os.mkdir, ("/nowhere/proof",)

        plant(pickle.dumps(Evil()))

        assert cache.get("key") is None
        assert cache.get_many(["key"]) == {}
        assert "key" not in cache

    def test_a_value_cannot_be_moved_to_another_key(self, cache, plant):
        plant(dumps(":1:session of the administrator", {"user": 1}))

        assert cache.get("key") is None

    def test_it_makes_room_for_ours(self, cache, plant):
        plant(b"text")

        assert cache.get_or_set("key", "ours") == "ours"
        assert cache.get("key") == "ours"

    def test_it_is_logged_once_a_minute(self, cache, plant, caplog, monkeypatch):
        monkeypatch.setattr(refusals, "_warn_at", 0.0)
        for _ in range(5):
            plant(b"text")
            cache.get("key")

        assert len(caplog.records) == 1
        assert "':1:key' was refused: it is not signed at all" in caplog.text

    def test_the_secret_key_of_yesterday_still_reads(self, cache, settings):
        cache.set("key", "value")
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "of-today"
        assert cache.get("key") == "value"

        settings.SECRET_KEY_FALLBACKS = []
        assert cache.get("key") is None

    def test_a_class_that_is_gone_is_a_miss_not_none(self, cache, monkeypatch):
        cache.set("key", Player("Ann"))
        monkeypatch.delattr(f"{__name__}.Player")

        assert cache.get("key", "default") == "default"


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


class TestServerAway:
    def test_what_each_method_does(self, fragile, memcached_server, impatient):
        fragile.set_many({"key": "old", "num": 1})
        memcached_server.kill()

        assert fragile.get("key") is None
        assert fragile.get("key", "default") == "default"
        assert fragile.get_many(["key", "num"]) == {}
        assert "key" not in fragile
        assert fragile.set("key", "new") is None
        assert fragile.set_many({"a": 1, "b": 2}) == ["a", "b"]
        assert fragile.add("key", "new") is False
        assert fragile.get_or_set("key", lambda: "computed") == "computed"
        assert fragile.touch("key") is False
        assert fragile.delete("key") is False
        assert fragile.delete_many(["key"]) is None
        with pytest.raises(ValueError, match="not found"):
            fragile.incr("num")
        with pytest.raises(StoreUnavailableError):
            fragile.clear()

    def test_a_frozen_server_costs_the_time_out_once(self, fragile, memcached_server):
        fragile.set("key", 1)
        memcached_server.freeze()
        started = time.monotonic()
        for n in range(200):
            fragile.get("key")
            fragile.set(f"key:{n}", 1)

        assert TIMEOUT_S <= time.monotonic() - started < TIMEOUT_S + 0.5

    def test_all_threads_and_cache_objects_know_of_it(self, fragile, memcached_server):
        memcached_server.freeze()
        fragile.get("key")
        started = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _: make_cache(memcached_server).get("key"), range(40)))

        assert time.monotonic() - started < TIMEOUT_S

    def test_a_restart_costs_nothing(self, fragile, memcached_server):
        fragile.set("key", "old")
        memcached_server.restart()

        assert fragile.set("key", "new") is None
        assert fragile.get("key") == "new"

    @pytest.mark.parametrize(
        "write",
        [
            lambda cache: cache.set("key", "new"),
            lambda cache: cache.set_many({"key": "new"}),
            lambda cache: cache.delete("key"),
            lambda cache: cache.delete_many(["key"]),
        ],
        ids=["set", "set_many", "delete", "delete_many"],
    )
    def test_no_old_value_comes_back_with_the_server(self, fragile, memcached_server, write):
        """Somebody logs out while memcached cannot be reached."""
        fragile.set_many({"key": "old", "other": "kept"})
        memcached_server.freeze()
        fragile.get("key")
        write(fragile)  # The breaker is open: nothing is sent.
        memcached_server.thaw()
        end_pause(fragile)

        assert fragile.get("key") is None
        assert fragile.get("other") == "kept"

    def test_what_was_lost_is_made_good_once(self, fragile, memcached_server):
        memcached_server.freeze()
        fragile.set("key", "lost")
        memcached_server.thaw()
        # What was sent in vain is still carried out by the server, now that it can.
        wait_until(lambda: memcached_server.ask(f"get {fragile.make_key('key')}")[:5] == b"VALUE")
        end_pause(fragile)
        fragile.get("key")
        fragile.set("key", "new")

        assert fragile.get("key") == "new"

    def test_what_was_lost_stays_bounded(self, fragile, memcached_server):
        memcached_server.kill()
        fragile.set_many({f"key:{n}": n for n in range(MAX_LOST_KEYS + 5)})
        fragile.set("newest", 1)

        (server,) = fragile._cache._servers.values()
        assert len(server._lost) == MAX_LOST_KEYS
        assert ":1:newest" in server._lost

    @pytest.mark.django_db
    def test_sessions_live_on_in_the_database(self, fragile, memcached_server, settings):
        settings.CACHES = {
            "default": {
                "BACKEND": "kickoff.caching.django_cache.MemcachedCache",
                "LOCATION": memcached_server.address,
            }
        }
        session = SessionStore()
        session["team"] = 7
        session.save()
        memcached_server.kill()

        again = SessionStore(session.session_key)
        assert again["team"] == 7
        again["team"] = 8
        again.save()
        assert SessionStore(session.session_key)["team"] == 8
        again.flush()
        assert SessionStore(session.session_key).get("team") is None
