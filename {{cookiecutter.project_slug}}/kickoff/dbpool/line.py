"""Threads that wait for a connection: first come, first served, each handed its own."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

HAND_S = 1.0  # From being taken out of the line to being handed something: microseconds.


class Waiter(Generic[T]):
    """One thread's place. `item` is None until something is handed, or when only a chance was."""

    def __init__(self) -> None:
        self.item: T | None = None
        self._locked = Lock()
        self._locked.acquire()

    def give(self, item: T | None) -> None:
        self.item = item
        self._locked.release()

    def wait(self, limit_s: float) -> bool:
        return self._locked.acquire(timeout=limit_s)


class Line(Generic[T]):
    """Nobody overtakes: who comes later while others wait cannot take what was given to them.

    Who joins looks for a free item once more, and who frees one looks for waiters afterwards: so
    one of the two sees the other, without a lock.
    """

    def __init__(self) -> None:
        self._waiters: deque[Waiter[T]] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiters)

    def join(self) -> Waiter[T]:
        waiter: Waiter[T] = Waiter()
        self._waiters.append(waiter)
        return waiter

    def leave(self, waiter: Waiter[T]) -> None:
        """It waits no more. What it was handed in this moment is in its `item`."""
        try:
            self._waiters.remove(waiter)
        except ValueError:
            waiter.wait(HAND_S)

    def hand(self, item: T | None) -> bool:
        """To the first in line: an item, or None for the chance to look again. False: nobody is."""
        try:
            self._waiters.popleft().give(item)
        except IndexError:
            return False
        return True
