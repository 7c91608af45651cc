"""What a store refuses before it asks anybody."""

import pytest

from kickoff.caching.stores.base import Write

TTL_S = 60


class TestArguments:
    @pytest.mark.parametrize("key", ["", "a b", "a\n", "a\x7f", "ä", "x" * 251], ids=repr)
    def test_a_key_that_memcached_would_refuse_is_an_error(self, store, key):
        for call in (
            lambda: store.get(key),
            lambda: store.gets(key),
            lambda: store.get_many([key]),
            lambda: store.set(key, b"", TTL_S),
            lambda: store.add(key, b"", TTL_S),
            lambda: store.add_or_gets(key, b"", TTL_S),
            lambda: store.add_or_gets_many({key: b""}, TTL_S),
            lambda: store.cas(key, b"", 1, TTL_S),
            lambda: store.write_many([Write(key, b"", TTL_S)]),
            lambda: store.delete(key),
            lambda: store.server_of(key),
        ):
            with pytest.raises(ValueError, match="cannot be a key"):
                call()

    def test_the_longest_key_works(self, store):
        assert store.add("x" * 250, b"1", TTL_S) is True
        assert store.get("x" * 250) == b"1"

    @pytest.mark.parametrize("ttl_s", [0, -1, 0.5, 1.0, True, None, 30 * 24 * 3600 + 1], ids=repr)
    def test_a_ttl_that_memcached_would_misread_is_an_error(self, store, ttl_s):
        with pytest.raises(ValueError, match="cannot be the TTL of league:7"):
            store.add("league:7", b"1", ttl_s)
        with pytest.raises(ValueError, match="cannot be the TTL of league:7"):
            store.cas("league:7", b"1", 1, ttl_s)

    def test_thirty_days_work(self, store):
        store.add("league:7", b"1", 30 * 24 * 3600)

        assert store.get("league:7") == b"1"

    @pytest.mark.parametrize("value", ["text", bytearray(b"1"), memoryview(b"1"), 1], ids=type)
    def test_only_bytes_are_stored(self, store, value):
        with pytest.raises(TypeError, match="A store holds bytes"):
            store.add("league:7", value, TTL_S)
