"""Doing something in another thread or process: with a connection and a transaction of its own."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, connections

LIMIT_S = 20.0
T = TypeVar("T")


def elsewhere(act: Callable[[], T]) -> T:
    """What it returns in another thread, when that has ended."""
    with under_way(act) as answer:
        return answer.result(LIMIT_S)


@contextmanager
def under_way(act: Callable[[], T]) -> Iterator[Future[T]]:
    """It goes on in another thread beside the block, and has ended after it."""

    def run() -> T:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(run)


def in_a_fork(act: Callable[[], None]) -> int:
    """The exit code of a child that does it; 0 when it was done.

    As servers do that load the site before they fork: without a connection to the database.
    """
    connections.close_all()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        act()
        connections.close_all()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
