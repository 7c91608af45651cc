"""Visitors who all come at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from kickoff.testing.apache import ApacheProcess
from kickoff.testing.http import Answer
from kickoff.testing.waiting import wait_until

Visit = Callable[[], Answer]


@contextmanager
def crowd(size: int, visit: Visit) -> Iterator[list[Future[Answer]]]:
    """What each of them gets. All have ended when the block has."""
    start = Barrier(size)

    def one() -> Answer:
        start.wait()
        return visit()

    with ThreadPoolExecutor(size) as pool:
        yield [pool.submit(one) for _ in range(size)]


def answers_while_one_is_held(apache: ApacheProcess, size: int, visit: Visit) -> list[Answer]:
    """The answers to a crowd that asks for a page called held: it is made when all but one have
    theirs, or after four seconds."""
    with apache.pages_held() as held, crowd(size, visit) as visits:
        wait_until(lambda: sum(answer.done() for answer in visits) >= size - 1)
        held.unlink()
    return [answer.result() for answer in visits]
