"""A value of Django's cache and slots of the store, asked for together."""

import pytest

from kickoff.caching.stores.base import StoreUnavailableError
from kickoff.caching.stores.memcached import MemcachedStore
from kickoff.caching.tests.django_cache.caches import end_pause


@pytest.fixture
def store(memcached_server):
    store = MemcachedStore([memcached_server.address])
    yield store
    store.close()


def test_come_in_one_answer(fragile, store):
    fragile.set("session", {"user": 7})
    store.add("slot", b"page", 60)
    value, ahead = fragile.get_with_slots("session", ["slot", "slot", "absent"], store)
    assert value == {"user": 7}
    assert [ahead.take(key) for key in ("slot", "slot", "absent")] == [b"page", b"page", None]
    assert "slot" not in ahead  # Who asks once more asks the store.


def test_what_was_not_signed_here_is_no_value(fragile, store):
    store.add(fragile.make_key("session"), b"s1" + 32 * b"x" + b"made up", 60)
    value, _ = fragile.get_with_slots("session", [], store)
    assert value is None
    assert store.get(fragile.make_key("session")) is None


def test_no_value_comes_back_that_was_deleted_while_the_server_was_away(
    fragile, store, memcached_server
):
    """Who has signed out stays signed out."""
    fragile.set("session", {"user": 7})
    memcached_server.freeze()
    fragile.get("session")
    fragile.delete("session")  # The breaker is open: nothing is sent.
    memcached_server.thaw()
    with pytest.raises(StoreUnavailableError):
        fragile.get_with_slots("session", [], store)
    end_pause(fragile)
    value, _ = fragile.get_with_slots("session", [], store)
    assert value is None


def test_with_a_store_on_other_servers_are_not_asked_for(fragile, memcached_server):
    elsewhere = MemcachedStore([memcached_server.address, "127.0.0.1:1"])
    assert fragile.get_with_slots("session", [], elsewhere) is None


def test_without_a_server_there_is_no_answer(fragile, store, memcached_server):
    memcached_server.kill()
    with pytest.raises(StoreUnavailableError):
        fragile.get_with_slots("session", ["slot"], store)
