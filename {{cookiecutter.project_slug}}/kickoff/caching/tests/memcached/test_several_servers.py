"""Each key lies on one server for ever."""

import pytest

from kickoff.caching.stores import MemcachedStore, StoreUnavailableError
from kickoff.testing.servers import running_memcached

TTL_S = 60


class TestSeveralServers:
    @pytest.fixture
    def second_server(self):
        with running_memcached() as server:
            yield server

    @pytest.fixture
    def two(self, memcached_server, second_server):
        store = MemcachedStore([memcached_server.address, second_server.address])
        for n in range(40):
            store.add(f"league:{n}", b"%d" % n, TTL_S)
        yield store
        store.close()

    def test_the_keys_of_a_dead_server_stay_its_own(self, two, memcached_server, second_server):
        placed = {n: two.server_of(f"league:{n}") for n in range(40)}
        assert set(placed.values()) == {memcached_server.address, second_server.address}
        second_server.kill()

        for n, server in placed.items():
            assert two.server_of(f"league:{n}") == server
            if server == memcached_server.address:
                assert two.get(f"league:{n}") == b"%d" % n
            else:
                with pytest.raises(StoreUnavailableError) as error:
                    two.get(f"league:{n}")
                assert error.value.server == second_server.address

    def test_the_order_in_which_they_are_named_does_not_matter(self, two, memcached_server):
        other = MemcachedStore(list(reversed(two._servers)))

        assert [other.get(f"league:{n}") for n in range(40)] == [b"%d" % n for n in range(40)]
