"""What every store promises, on a real memcached and a real file."""

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.caching.stores import MemcachedStore, SqliteStore
from kickoff.testing.waiting import wait_until

TTL_S = 60


@pytest.fixture(params=["memcached", "sqlite"])
def store(request, tmp_path):
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "slots.sqlite3", timeout_s=5)
    else:
        server = request.getfixturevalue("shared_memcached")
        server.flush()
        store = MemcachedStore([server.address], timeout_s=5)
    yield store
    store.close()


@pytest.fixture
def expire(monkeypatch):
    """Makes a key of 2 s expire: in a file by moving the clock, in memcached by waiting for it."""

    def expire(store, key):
        if isinstance(store, SqliteStore):
            later = time.time() + 3
            monkeypatch.setattr("time.time", lambda: later)
        else:
            wait_until(lambda: store.get(key) is None)

    return expire


class TestGet:
    def test_an_absent_key_is_none(self, store):
        assert store.get("league:7") is None
        assert store.gets("league:7") is None

    @pytest.mark.parametrize("value", [b"", b"\r\nEND\r\n\x00", b"x" * 500_000])
    def test_a_value_comes_back_byte_for_byte(self, store, value):
        store.add("league:7", value, TTL_S)

        assert store.get("league:7") == value
        assert store.gets("league:7").value == value

    def test_the_token_stays_while_the_value_does(self, store):
        store.add("league:7", b"1", TTL_S)

        assert store.gets("league:7").token == store.gets("league:7").token
        assert hash(store.gets("league:7").token) == hash(store.gets("league:7").token)


class TestGetMany:
    def test_gives_those_that_are_there(self, store):
        for key in ("league:7", "league:8", "league:9"):
            store.add(key, key.encode(), TTL_S)

        found = store.get_many(["league:9", "league:7", "league:1"])
        assert found == {"league:9": b"league:9", "league:7": b"league:7"}

    def test_of_nothing_is_nothing(self, store):
        assert store.get_many(["league:7"]) == {}
        assert store.get_many([]) == {}


class TestSet:
    def test_stores_whatever_is_there(self, store):
        store.set("league:7", b"1", TTL_S)
        before = store.gets("league:7")
        store.set("league:7", b"2", TTL_S)

        assert store.get("league:7") == b"2"
        assert store.cas("league:7", b"3", before.token, TTL_S) is False

    def test_expires(self, store, expire):
        store.set("league:7", b"1", 1)
        expire(store, "league:7")
        assert store.get("league:7") is None


class TestAdd:
    def test_the_first_one_wins(self, store):
        assert store.add("league:7", b"first", TTL_S) is True
        assert store.add("league:7", b"second", TTL_S) is False
        assert store.get("league:7") == b"first"

    def test_an_absent_key_can_be_added_again(self, store):
        store.add("league:7", b"first", TTL_S)
        store.delete("league:7")

        assert store.add("league:7", b"second", TTL_S) is True

    def test_an_expired_key_can_be_added_again(self, store, expire):
        store.add("league:7", b"first", 2)
        expire(store, "league:7")

        assert store.gets("league:7") is None
        assert store.delete("league:7") is False
        assert store.add("league:7", b"second", TTL_S) is True
        assert store.get("league:7") == b"second"


class TestCas:
    def test_replaces_what_gets_saw(self, store):
        store.add("league:7", b"old", TTL_S)
        held = store.gets("league:7")

        assert store.cas("league:7", b"new", held.token, TTL_S) is True
        assert store.get("league:7") == b"new"

    def test_fails_when_somebody_was_faster(self, store):
        store.add("league:7", b"old", TTL_S)
        held = store.gets("league:7")
        store.cas("league:7", b"theirs", held.token, TTL_S)

        assert store.cas("league:7", b"ours", held.token, TTL_S) is False
        assert store.get("league:7") == b"theirs"

    def test_fails_when_the_key_is_gone(self, store):
        store.add("league:7", b"old", TTL_S)
        held = store.gets("league:7")
        store.delete("league:7")

        assert store.cas("league:7", b"new", held.token, TTL_S) is False
        assert store.get("league:7") is None

    def test_fails_when_the_same_value_went_and_came_back(self, store):
        store.add("league:7", b"old", TTL_S)
        held = store.gets("league:7")
        store.delete("league:7")
        store.add("league:7", b"old", TTL_S)

        assert store.cas("league:7", b"new", held.token, TTL_S) is False

    def test_fails_with_the_token_of_another_key(self, store):
        store.add("league:7", b"old", TTL_S)
        store.add("league:8", b"old", TTL_S)

        assert store.cas("league:7", b"new", store.gets("league:8").token, TTL_S) is False

    def test_fails_when_the_key_has_expired(self, store, expire):
        store.add("league:7", b"old", 2)
        held = store.gets("league:7")
        expire(store, "league:7")

        assert store.cas("league:7", b"new", held.token, TTL_S) is False

    def test_a_token_is_good_in_any_thread(self, store):
        store.add("league:7", b"old", TTL_S)
        held = store.gets("league:7")

        with ThreadPoolExecutor(1) as other:
            assert other.submit(store.cas, "league:7", b"new", held.token, TTL_S).result() is True


class TestDelete:
    def test_says_whether_there_was_something(self, store):
        store.add("league:7", b"1", TTL_S)

        assert store.delete("league:7") is True
        assert store.delete("league:7") is False


class TestArguments:
    @pytest.mark.parametrize("key", ["", "a b", "a\n", "a\x7f", "ä", "x" * 251], ids=repr)
    def test_a_key_that_memcached_would_refuse_is_an_error(self, store, key):
        for call in (
            lambda: store.get(key),
            lambda: store.gets(key),
            lambda: store.get_many([key]),
            lambda: store.set(key, b"", TTL_S),
            lambda: store.add(key, b"", TTL_S),
            lambda: store.cas(key, b"", 1, TTL_S),
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


class TestServers:
    def test_the_server_of_a_key_has_a_name_that_stays(self, store):
        before = store.server_of("league:7")
        store.close()

        assert store.server_of("league:7") == before != ""

    def test_a_token_outlives_the_connection(self, store):
        store.add("league:7", b"1", TTL_S)
        held = store.gets("league:7")
        store.close()

        assert store.cas("league:7", b"2", held.token, TTL_S) is True

    def test_a_closed_store_opens_again(self, store):
        store.add("league:7", b"1", TTL_S)
        store.close()
        store.close()

        assert store.get("league:7") == b"1"


class TestTogether:
    THREADS = 8
    STEPS = 100

    def test_threads_that_count_by_cas_lose_nothing(self, store):
        store.add("count", b"0", TTL_S)

        def count(_):
            for _ in range(self.STEPS):
                while True:
                    held = store.gets("count")
                    if store.cas("count", b"%d" % (int(held.value) + 1), held.token, TTL_S):
                        break
            store.close()

        with ThreadPoolExecutor(self.THREADS) as pool:
            list(pool.map(count, range(self.THREADS)))

        assert int(store.get("count")) == self.THREADS * self.STEPS

    def test_of_many_that_add_at_once_one_succeeds(self, store):
        for turn in range(20):
            with ThreadPoolExecutor(self.THREADS) as pool:
                added = pool.map(
                    lambda n, turn=turn: store.add(f"lease:{turn}", b"%d" % n, TTL_S),
                    range(self.THREADS),
                )
                assert sum(added) == 1

    def test_every_thread_reads_its_own_answers(self, store):
        for n in range(self.THREADS):
            store.add(f"key:{n}", b"%d" % n * 5000, TTL_S)

        def read(n):
            return {store.get(f"key:{n}") for _ in range(self.STEPS)} == {b"%d" % n * 5000}

        with ThreadPoolExecutor(self.THREADS) as pool:
            assert all(pool.map(read, range(self.THREADS)))


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
class TestForks:
    """A child must not speak on its parent's connections."""

    def test_parent_and_child_read_their_own_answers(self, store):
        store.add("parent", b"p" * 5000, TTL_S)
        store.add("child", b"c" * 5000, TTL_S)
        store.get("parent")

        child = os.fork()
        if child == 0:
            answers = {store.get("child") for _ in range(300)}
            written = store.add("by-the-child", b"1", TTL_S)
            os._exit(0 if answers == {b"c" * 5000} and written else 1)
        answers = {store.get("parent") for _ in range(300)}

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert answers == {b"p" * 5000}
        assert store.get("by-the-child") == b"1"

    def test_a_fork_while_other_threads_are_at_work(self, store):
        store.add("count", b"0", TTL_S)

        def count(steps):
            for _ in range(steps):
                while True:
                    held = store.gets("count")
                    if store.cas("count", b"%d" % (int(held.value) + 1), held.token, TTL_S):
                        break

        fork = multiprocessing.get_context("fork")
        with ThreadPoolExecutor(4) as pool:
            at_work = [pool.submit(count, 100) for _ in range(4)]
            children = [fork.Process(target=count, args=(50,)) for _ in range(3)]
            for child in children:
                child.start()
            for child in children:
                child.join(20)
            for thread in at_work:
                thread.result(20)

        assert [child.exitcode for child in children] == [0, 0, 0]
        assert int(store.get("count")) == 4 * 100 + 3 * 50
