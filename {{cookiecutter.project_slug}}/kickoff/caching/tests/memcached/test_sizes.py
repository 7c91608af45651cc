"""The largest value that a server takes."""

import pytest

from kickoff.caching.stores import MemcachedStore, ValueTooLargeError
from kickoff.caching.stores.base import Write
from kickoff.caching.stores.memcached import MAX_VALUE_BYTES

TTL_S = 60


class TestSizes:
    @pytest.mark.parametrize("key", ["k", "k" * 250], ids=len)
    def test_the_largest_value_is_taken_by_a_default_server(self, store, key):
        largest = b"x" * MAX_VALUE_BYTES

        assert store.add(key, largest, TTL_S) is True
        assert store.cas(key, largest, store.gets(key).token, TTL_S) is True
        assert store.get(key) == largest

    def test_a_larger_one_is_refused_before_it_is_sent(self, filled, memcached_server):
        memcached_server.freeze()
        with pytest.raises(ValueTooLargeError) as error:
            filled.add("league:8", b"x" * (MAX_VALUE_BYTES + 1), TTL_S)

        assert error.value.key == "league:8"
        assert error.value.size_bytes == MAX_VALUE_BYTES + 1
        assert error.value.limit_bytes == MAX_VALUE_BYTES

    def test_a_value_that_the_server_refuses_is_the_same_error(self, memcached_server):
        store = MemcachedStore([memcached_server.address], max_value_bytes=2 * 1024 * 1024)
        store.add("league:7", b"1", TTL_S)
        held = store.gets("league:7")
        too_large = b"x" * 1024 * 1024

        with pytest.raises(ValueTooLargeError):
            store.add("league:8", too_large, TTL_S)
        with pytest.raises(ValueTooLargeError):
            store.add_or_gets("league:8", too_large, TTL_S)
        with pytest.raises(ValueTooLargeError):
            store.cas("league:7", too_large, held.token, TTL_S)
        with pytest.raises(ValueTooLargeError):
            store.add_or_gets_many({"league:9": b"1", "league:8": too_large}, TTL_S)
        writes = [Write("league:8", too_large, TTL_S), Write("league:9", b"2", TTL_S)]
        assert store.write_many(writes) == [False, True]
        assert store.get("league:7") == b"1"
        assert store.get("league:8") is None
