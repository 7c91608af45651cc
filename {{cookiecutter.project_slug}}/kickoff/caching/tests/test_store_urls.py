"""CACHE_URL, and where the keys go."""

import pytest

from kickoff.caching.stores import MemcachedStore, SqliteStore, memcached_servers, store_from_url
from kickoff.caching.stores.placement import Placement


class TestStoreFromUrl:
    def test_a_file(self, tmp_path):
        store = store_from_url(f"sqlite:///{tmp_path}/slots.sqlite3")

        assert isinstance(store, SqliteStore)
        assert store.path == tmp_path / "slots.sqlite3"

    def test_a_relative_file_does_not_move_with_the_process(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        store = store_from_url("sqlite:///slots.sqlite3")
        monkeypatch.chdir("/")

        assert store.server_of("league:7") == f"{tmp_path}/slots.sqlite3"

    def test_memcached(self):
        store = store_from_url("memcached://10.0.0.5:11211")

        assert isinstance(store, MemcachedStore)
        assert store.server_of("league:7") == "10.0.0.5:11211"

    @pytest.mark.parametrize(
        "url",
        [
            *("", "redis://10.0.0.5", "/srv/slots.sqlite3", "memcached:10.0.0.5"),
            *("sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///slots.sqlite3?mode=ro"),
            *("memcached://", "memcached://a:b", "memcached://a,,b", "memcached://a:70000"),
            *("memcached://user:password@a", "memcached://a/b", "memcached://a,a"),
        ],
    )
    def test_anything_else_is_an_error(self, url):
        with pytest.raises(ValueError):  # noqa: PT011 (each has a text of its own)
            store_from_url(url)


class TestMemcachedServers:
    @pytest.mark.parametrize(
        ("url", "servers"),
        [
            ("memcached://10.0.0.5", ["10.0.0.5:11211"]),
            ("memcached://a:1,b.example:2", ["a:1", "b.example:2"]),
            ("memcached://[::1]:11212,[::1]", ["[::1]:11212", "[::1]:11211"]),
            ("memcached:///run/memcached.sock", ["unix:/run/memcached.sock"]),
        ],
    )
    def test_names(self, url, servers):
        assert memcached_servers(url) == servers


class TestPlacement:
    SERVERS = ["10.0.0.5:11211", "10.0.0.6:11211", "10.0.0.7:11211"]
    KEYS = [b"league:%d" % n for n in range(3000)]

    def test_is_the_same_for_ever(self):
        """Another hash would move every key of every running site."""
        placed = [Placement(self.SERVERS).server_of(key)[-7] for key in self.KEYS[:12]]

        assert "".join(placed) == "675555765757"

    def test_the_order_does_not_matter(self):
        there, back = Placement(self.SERVERS), Placement(self.SERVERS[::-1])

        assert all(there.server_of(key) == back.server_of(key) for key in self.KEYS)

    def test_is_even(self):
        placed = [Placement(self.SERVERS).server_of(key) for key in self.KEYS]

        assert all(900 < placed.count(server) < 1100 for server in self.SERVERS)

    def test_a_server_that_is_taken_away_moves_its_own_keys_only(self):
        before, after = Placement(self.SERVERS), Placement(self.SERVERS[:2])
        stayed = [key for key in self.KEYS if before.server_of(key) != self.SERVERS[2]]

        assert all(before.server_of(key) == after.server_of(key) for key in stayed)
