"""The pools of this process, one for each alias and database."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from kickoff.dbpool import holders
from kickoff.dbpool.status import PoolStatus

if TYPE_CHECKING:
    from sqlalchemy.pool import PoolProxiedConnection

    from kickoff.dbpool.pool import ConnectionPool

# A test database has the alias of the real one, so the alias alone is no key.
Key = tuple[str, str]

_pools: dict[Key, tuple[Mapping[str, Any], ConnectionPool]] = {}
_lock = Lock()
_of_parent: list[tuple[list[ConnectionPool], list[PoolProxiedConnection | None]]] = []


def pool_of(
    key: Key, settings: Mapping[str, Any], make: Callable[[], ConnectionPool]
) -> ConnectionPool:
    """The pool with this key, made when it is first asked for, and anew for other settings."""
    entry = _pools.get(key)
    if entry is not None and entry[0] == settings:
        return entry[1]
    with _lock:
        entry = _pools.get(key)
        if entry is None or entry[0] != settings:
            if entry is not None:
                entry[1].close()
            # A copy: settings are changed in place, by tests above all.
            entry = _pools[key] = ({**settings, "OPTIONS": dict(settings["OPTIONS"])}, make())
        return entry[1]


def close_pool(key: Key) -> None:
    with _lock:
        entry = _pools.pop(key, None)
    if entry is not None:
        entry[1].close()


def pool_statuses() -> list[PoolStatus]:
    """Of each database that this process has used with a pool. Asks no server."""
    return [pool.status() for _, pool in list(_pools.values())]


def _begin_anew() -> None:
    """A child opens connections of its own, and never touches those of its parent."""
    global _lock
    _lock = Lock()  # Another thread of the parent may have held it.
    pools = [pool for _, pool in _pools.values()]
    _pools.clear()
    _of_parent.append((pools, [taken for pool in pools for taken in pool.abandon()]))
    holders.forget_all()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_anew)
