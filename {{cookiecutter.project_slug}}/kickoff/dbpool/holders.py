"""Who holds a connection: when a thread ends, what it held goes back; a fork holds nothing.

Django keeps a DatabaseWrapper per thread, and knows nothing of the end of a thread. The wrapper is
part of a circle of references, so its connection would be missing until the garbage collector runs.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Protocol
from weakref import WeakSet


class Holder(Protocol):
    def return_connection(self) -> None:
        """The thread ends."""

    def forget_connection(self) -> None:
        """The connection is the parent's."""


class ThreadLife:
    """Lies in the local storage of a thread, and is deleted with it, by the thread itself."""

    def __init__(self) -> None:
        self.holders: WeakSet[Holder] = WeakSet()
        self._process = os.getpid()

    def __del__(self) -> None:
        # In a child the threads of its parent end before anything else happens.
        if sys.is_finalizing() or self._process != os.getpid():
            return
        for holder in list(self.holders):
            holder.return_connection()


class _Here(threading.local):
    def __init__(self) -> None:
        self.life = ThreadLife()


_here = _Here()


def note_holder(holder: Holder) -> None:
    """This thread uses it, from now on to its end."""
    _here.life.holders.add(holder)


def forget_all() -> None:
    """In a child after a fork, in which only this thread lives."""
    life, _here.life = _here.life, ThreadLife()
    for holder in list(life.holders):
        holder.forget_connection()
