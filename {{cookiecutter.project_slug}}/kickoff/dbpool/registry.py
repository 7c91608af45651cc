"""The pools of this process, one for each alias and database."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock

from sqlalchemy.pool import PoolProxiedConnection

from kickoff.dbpool import holders
from kickoff.dbpool.pool import ConnectionPool
from kickoff.dbpool.status import PoolStatus

# A test database has the alias of the real one, so the alias alone is no key.
Key = tuple[str, str]

_pools: dict[Key, ConnectionPool] = {}
_lock = Lock()
_of_parent: list[tuple[list[ConnectionPool], list[PoolProxiedConnection | None]]] = []


def pool_of(key: Key, make: Callable[[], ConnectionPool]) -> ConnectionPool:
    """The pool with this key, made when it is first asked for."""
    pool = _pools.get(key)
    if pool is not None:
        return pool
    with _lock:
        if key not in _pools:
            _pools[key] = make()
        return _pools[key]


def close_pool(key: Key) -> None:
    with _lock:
        pool = _pools.pop(key, None)
    if pool is not None:
        pool.close()


def pool_statuses() -> list[PoolStatus]:
    """Of each database that this process has used with a pool. Asks no server."""
    return [pool.status() for pool in list(_pools.values())]


def _begin_anew() -> None:
    """A child opens connections of its own, and never touches those of its parent."""
    global _lock
    _lock = Lock()  # Another thread of the parent may have held it.
    pools = list(_pools.values())
    _pools.clear()
    _of_parent.append((pools, [taken for pool in pools for taken in pool.abandon()]))
    holders.forget_all()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_anew)
