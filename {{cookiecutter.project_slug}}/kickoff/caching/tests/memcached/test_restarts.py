"""A restart between two requests: the kept connections are stale, and the tokens are void."""

from concurrent.futures import ThreadPoolExecutor

TTL_S = 60


class TestRestarted:
    def test_costs_a_reader_nothing(self, filled, memcached_server):
        memcached_server.restart()

        assert filled.get("league:7") is None
        assert filled.gets("league:7") is None

    def test_costs_a_writer_nothing(self, filled, memcached_server):
        memcached_server.restart()

        assert filled.add("league:7", b"new", TTL_S) is True
        memcached_server.restart()
        assert filled.delete("league:7") is False
        memcached_server.restart()
        held = filled.add_or_gets("league:7", b"newer", TTL_S)
        assert filled.cas("league:7", b"newest", held.token, TTL_S) is True

    def test_voids_the_tokens_although_memcached_counts_from_one_again(
        self, filled, memcached_server
    ):
        held = filled.gets("league:7")
        memcached_server.restart()
        filled.add("league:7", b"new", TTL_S)

        assert filled.gets("league:7").token[1] == held.token[1]
        assert filled.cas("league:7", b"old", held.token, TTL_S) is False
        assert filled.get("league:7") == b"new"

    def test_voids_them_in_a_thread_that_was_not_connected(self, filled, memcached_server):
        held = filled.gets("league:7")
        memcached_server.restart()
        filled.add("league:7", b"new", TTL_S)

        with ThreadPoolExecutor(1) as other:
            write = other.submit(filled.cas, "league:7", b"old", held.token, TTL_S)
            assert write.result() is False

    def test_a_flush_voids_them_too(self, filled, memcached_server):
        held = filled.gets("league:7")
        memcached_server.flush()

        assert filled.get("league:7") is None
        assert filled.cas("league:7", b"2", held.token, TTL_S) is False
