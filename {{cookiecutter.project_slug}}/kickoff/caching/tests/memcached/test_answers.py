"""How answers of memcached are read: in whatever pieces, and whatever is wrong with them."""

from __future__ import annotations

import socket
import threading

import pytest

from kickoff.caching.stores.base import StoreUnavailableError, Write
from kickoff.caching.stores.memcached import MemcachedStore


@pytest.fixture
def answering():
    """A function that makes a store whose server gives these pieces as its one answer."""
    listeners = []

    def answer(*pieces):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve():
            peer, _address = listener.accept()
            with peer:
                peer.recv(1_000)
                for piece in pieces:
                    peer.sendall(piece)
                    threading.Event().wait(0.005)  # so that the pieces do not arrive as one

        threading.Thread(target=serve, daemon=True).start()
        return MemcachedStore([f"127.0.0.1:{listener.getsockname()[1]}"])

    yield answer
    for listener in listeners:
        listener.close()


WHOLE = b"VALUE key 0 5\r\nhello\r\nEND\r\n"


@pytest.mark.parametrize("size", [1, 2, 7, len(WHOLE)])
def test_an_answer_may_come_in_pieces(answering, size):
    pieces = [WHOLE[start : start + size] for start in range(0, len(WHOLE), size)]
    assert answering(*pieces).get("key") == b"hello"


def test_a_miss_may_come_in_pieces(answering):
    assert answering(b"EN", b"D\r\n").get("key") is None


@pytest.mark.parametrize(
    "wrong",
    [
        b"SERVER_ERROR out of memory\r\n",
        b"VALUE another 0 5\r\nhello\r\nEND\r\n",
        b"VALUE key 0 five\r\nhello\r\nEND\r\n",
        b"VALUE key 0 5\r\nhello\r\nVALUE key 0 5\r\nhello\r\nEND\r\n",
        b"something else\r\n",
        b"VALUE key 0 5\r\nhel",
    ],
    ids=["refusal", "other key", "no number", "two values", "no answer", "cut off"],
)
def test_a_wrong_answer_is_no_answer(answering, wrong):
    with pytest.raises(StoreUnavailableError):
        answering(wrong).get("key")


@pytest.mark.usefixtures("known_server")
class TestOfAddOrGets:
    WHOLE = b"STORED\r\nVALUE key 0 5 9\r\nhello\r\nEND\r\n"

    @pytest.mark.parametrize("size", [1, 2, 7, len(WHOLE)])
    def test_may_come_in_pieces(self, answering, size):
        pieces = [self.WHOLE[start : start + size] for start in range(0, len(self.WHOLE), size)]
        held = answering(*pieces).add_or_gets("key", b"hello", 60)
        assert (held.value, held.token) == (b"hello", ("this one", b"9"))

    def test_may_hold_a_value_although_ours_was_refused(self, answering):
        refused = b"SERVER_ERROR out of memory storing object\r\n"
        theirs = b"VALUE key 0 5 9\r\nhello\r\nEND\r\n"
        assert answering(refused, theirs).add_or_gets("key", b"lease", 60).value == b"hello"

    def test_may_be_that_it_went_away_in_between(self, answering):
        assert answering(b"NOT_STORED\r\nEND\r\n").add_or_gets("key", b"hello", 60) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            b"SERVER_ERROR out of memory storing object\r\nEND\r\n",
            b"EXISTS\r\nEND\r\n",
            b"END\r\n",
            b"STORED\r\nSERVER_ERROR out of memory\r\n",
            b"STORED\r\nVALUE another 0 5 9\r\nhello\r\nEND\r\n",
            b"STORED\r\nVALUE key 0 5\r\nhello\r\nEND\r\n",
            b"STORED\r\nVALUE key 0 five 9\r\nhello\r\nEND\r\n",
            b"STORED\r\nVALUE key 0 5 9\r\nhello\r\nVALUE key 0 5 9\r\nhello\r\nEND\r\n",
            b"STORED\r\nVALUE key 0 5 9\r\nhel",
        ],
        ids=[
            "refusal",
            "answer to cas",
            "answer to get",
            "second refusal",
            "other key",
            "no token",
            "no number",
            "two values",
            "cut off",
        ],
    )
    def test_is_no_answer_when_it_is_wrong(self, answering, wrong):
        with pytest.raises(StoreUnavailableError):
            answering(wrong).add_or_gets("key", b"hello", 60)


@pytest.mark.usefixtures("known_server")
class TestOfSeveral:
    FOUND = (
        b"STORED\r\nVALUE a 0 5 9\r\nhello\r\nEND\r\n"
        b"NOT_STORED\r\nEND\r\n"
        b"NOT_STORED\r\nVALUE c 0 0 8\r\n\r\nEND\r\n"
    )
    WRITTEN = (
        b"STORED\r\nEXISTS\r\nSERVER_ERROR object too large for cache\r\nNOT_FOUND\r\nSTORED\r\n"
    )
    WRITES = tuple(Write(key, b"hello", 60, ("this one", b"9")) for key in "abcd")

    @pytest.mark.parametrize("size", [1, 7, len(FOUND)])
    def test_leases_may_come_in_pieces(self, answering, size):
        pieces = [self.FOUND[start : start + size] for start in range(0, len(self.FOUND), size)]
        held = answering(*pieces).add_or_gets_many(dict.fromkeys("abc", b"hello"), 60)
        assert {key: (each.value, each.token) for key, each in held.items()} == {
            "a": (b"hello", ("this one", b"9")),
            "c": (b"", ("this one", b"8")),
        }

    @pytest.mark.parametrize("size", [1, 7, len(WRITTEN)])
    def test_writes_may_come_in_pieces(self, answering, size):
        pieces = [self.WRITTEN[start : start + size] for start in range(0, len(self.WRITTEN), size)]
        writes = [*self.WRITES, Write("e", b"", 60)]
        assert answering(*pieces).write_many(writes) == [True, False, False, False, True]

    def test_what_an_earlier_life_of_the_server_gave_is_not_sent(self, answering):
        earlier = Write("a", b"hello", 60, ("another one", b"9"))
        assert answering(b"STORED\r\n").write_many([earlier, self.WRITES[1]]) == [False, True]

    @pytest.mark.parametrize(
        "wrong",
        [b"STORED\r\nEND\r\n", b"STORED\r\n" * 5, b"STORED\r\nSTORED\r\nSTO"],
        ids=["answer to get", "one too many", "cut off"],
    )
    def test_wrong_answers_are_none(self, answering, wrong):
        with pytest.raises(StoreUnavailableError):
            answering(wrong).write_many(self.WRITES)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_an_answer_with_several_values_may_too(answering, size):
    whole = b"VALUE b 0 2\r\nB!\r\nVALUE a 0 1\r\nA\r\nEND\r\n"
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    assert answering(*pieces).get_many(["a", "b", "c"]) == {"a": b"A", "b": b"B!"}


@pytest.mark.parametrize(
    "value",
    [b"", b"\r\nEND\r\n", b"VALUE key 0 1\r\nx\r\nEND\r\n", b"x" * 10**6],
    ids=["empty", "an end", "an answer", "a megabyte"],
)
def test_a_value_may_be_anything(shared_memcached, value):
    store = MemcachedStore([shared_memcached.address])
    store.delete("anything")
    assert store.add("anything", value, 60)
    assert store.get("anything") == value
