"""What is not signed by us is never unpickled."""

import os
import pickle

import pytest

from kickoff.caching.cache_client import cache_server
from kickoff.caching.signed_values import dumps, refusals
from kickoff.caching.tests.django_cache.caches import Player


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
        monkeypatch.delattr("kickoff.caching.tests.django_cache.caches.Player")

        assert cache.get("key", "default") == "default"
