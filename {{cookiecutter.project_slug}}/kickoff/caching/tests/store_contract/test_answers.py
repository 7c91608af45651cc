"""What every call of a store answers."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kickoff.caching.stores.base import Write

TTL_S = 60


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


class TestAddOrGets:
    def test_what_was_absent_is_there_then(self, store):
        held = store.add_or_gets("league:7", b"ours", TTL_S)

        assert held.value == b"ours"
        assert held == store.gets("league:7")
        assert store.cas("league:7", b"new", held.token, TTL_S) is True

    @pytest.mark.parametrize("theirs", [b"", b"\r\nEND\r\n\x00", b"x" * 500_000])
    def test_what_is_there_is_found(self, store, theirs):
        store.add("league:7", theirs, TTL_S)
        held = store.add_or_gets("league:7", b"ours", TTL_S)

        assert held.value == theirs
        assert held == store.gets("league:7")

    def test_what_has_expired_is_absent(self, store, expire):
        store.add("league:7", b"theirs", 2)
        expire(store, "league:7")

        assert store.add_or_gets("league:7", b"ours", TTL_S).value == b"ours"


class TestAddOrGetsMany:
    def test_each_is_ours_or_theirs(self, store):
        store.add("league:7", b"theirs\r\nEND\r\n", TTL_S)
        found = store.add_or_gets_many({"league:6": b"a", "league:7": b"b", "league:8": b""}, TTL_S)

        assert {key: held.value for key, held in found.items()} == {
            "league:6": b"a",
            "league:7": b"theirs\r\nEND\r\n",
            "league:8": b"",
        }
        assert all(held == store.gets(key) for key, held in found.items())

    def test_nothing_is_asked_for_nothing(self, store):
        assert store.add_or_gets_many({}, TTL_S) == {}


class TestWriteMany:
    def test_each_says_whether_it_was_stored(self, store):
        store.add("league:6", b"old", TTL_S)
        store.add("league:7", b"old", TTL_S)
        mine, overtaken = store.gets("league:6").token, store.gets("league:7").token
        store.set("league:7", b"theirs", TTL_S)
        writes = [
            Write("league:6", b"new\r\n", TTL_S, mine),
            Write("league:7", b"new", TTL_S, overtaken),
            Write("league:8", b"new", TTL_S, mine),
            Write("league:9", b"", TTL_S),
        ]

        assert store.write_many(writes) == [True, False, False, True]
        assert [store.get(write.key) for write in writes] == [b"new\r\n", b"theirs", None, b""]

    def test_nothing_is_written_for_nothing(self, store):
        assert store.write_many([]) == []


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
