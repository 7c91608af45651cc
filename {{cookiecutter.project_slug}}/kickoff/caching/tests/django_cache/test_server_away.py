"""What the cache does while its memcached is dead, frozen or restarted."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore

from kickoff.caching.cache_client import MAX_LOST_KEYS
from kickoff.caching.stores import StoreUnavailableError
from kickoff.caching.tests.django_cache.caches import end_pause, make_cache
from kickoff.testing.waiting import wait_until

TIMEOUT_S = 0.2


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
