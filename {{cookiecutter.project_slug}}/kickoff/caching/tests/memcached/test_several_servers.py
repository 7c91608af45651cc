"""Each key lies on one server for ever."""

import pytest

from kickoff.caching.keys import key_beside
from kickoff.caching.reading import reader
from kickoff.caching.stores import MemcachedStore, StoreUnavailableError
from kickoff.caching.stores.server import MemcachedServer
from kickoff.caching.tests.app.models import Club
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

    def test_what_belongs_to_a_key_lies_beside_it_also_while_that_server_is_dead(
        self, two, second_server
    ):
        pairs = {f"league:{n}": key_beside(f"html:{n}", f"league:{n}") for n in range(40)}
        for key, copy in pairs.items():
            two.set(copy, b"html", TTL_S)
            assert two.server_of(copy) == two.server_of(key)
        second_server.kill()
        for key, copy in pairs.items():
            assert two.server_of(copy) == two.server_of(key)
            if two.server_of(key) == second_server.address:
                with pytest.raises(StoreUnavailableError):
                    two.get(copy)
            else:
                assert two.get(copy) == b"html"

    @pytest.mark.django_db(transaction=True)
    def test_a_page_its_html_and_their_part_come_in_one_round_trip(
        self, memcached_server, second_server, settings, monkeypatch
    ):
        settings.CACHE_URL = f"memcached://{memcached_server.address},{second_server.address}"
        asked = []
        plain_read = MemcachedServer.read

        def read(server, command, *args):
            asked.append(server.name)
            return plain_read(server, command, *args)

        for club in Club.objects.bulk_create(Club(name=f"Club {n}") for n in range(12)):
            Club.cached.html(club.pk)
            reader.memory.forget()
            Club.cached.index()
            with monkeypatch.context() as patch:
                patch.setattr(MemcachedServer, "read", read)
                assert Club.cached.html(club.pk)
        assert len(asked) == 12
        assert set(asked) == {memcached_server.address, second_server.address}

    def test_the_order_in_which_they_are_named_does_not_matter(self, two, memcached_server):
        other = MemcachedStore(list(reversed(two._servers)))

        assert [other.get(f"league:{n}") for n in range(40)] == [b"%d" % n for n in range(40)]
