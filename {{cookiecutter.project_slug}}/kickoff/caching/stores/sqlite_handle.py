"""The connections of threads to the file behind `SqliteStore`, and what a fork does to them.

SQLite's locks belong to a process, its book-keeping about them is copied by a fork: a child that
inherits a connection, even one that it never uses, believes to hold locks that it does not have,
and writes fail or get lost. So no connection lives through a fork: all are closed before, and
opened again by whoever needs them. The fork waits for the statements that are being executed.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from weakref import WeakSet

_gate = threading.Lock()  # Held by a fork: until it is done nobody gets a new handle.

Identity = tuple[int, int]  # device and inode


class Handle:
    """The connection of one thread. `lock` is held while it is used."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.pid = os.getpid()
        self.connection: sqlite3.Connection | None = None
        self.identity: Identity | None = None
        with _gate:
            _handles.add(self)

    def close(self) -> None:
        connection, self.connection = self.connection, None
        self.identity = None
        if connection is None:
            return
        if self.pid == os.getpid():
            connection.close()
        else:
            _inherited.append(connection)

    def __del__(self) -> None:
        with self.lock:
            self.close()


_handles: WeakSet[Handle] = WeakSet()
_held_by_fork: list[Handle] = []
_inherited: list[sqlite3.Connection] = []  # By forks that ran no hooks. Not even closed: see above.


def _before_fork() -> None:
    _gate.acquire()
    for handle in list(_handles):
        handle.lock.acquire()
        handle.close()
        _held_by_fork.append(handle)


def _after_fork() -> None:
    while _held_by_fork:
        _held_by_fork.pop().lock.release()
    _gate.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
    )
