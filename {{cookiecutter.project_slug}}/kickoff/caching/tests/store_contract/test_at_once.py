"""Threads and processes that use a store at once."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

TTL_S = 60


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

    def test_of_many_that_add_or_get_at_once_one_finds_its_own(self, store):
        def own(turn, n):
            return store.add_or_gets(f"lease:{turn}", b"%d" % n, TTL_S).value == b"%d" % n

        for turn in range(20):
            with ThreadPoolExecutor(self.THREADS) as pool:
                added = pool.map(lambda n, turn=turn: own(turn, n), range(self.THREADS))
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
