"""CACHE_URL, read.

`sqlite:////srv/site/slots.sqlite3`, `memcached://10.0.0.5:11211,10.0.0.6:11211`,
`memcached://[::1]:11211` or `memcached:///run/memcached/memcached.sock`.
"""

from __future__ import annotations

import re

from kickoff.caching.stores.base import Store
from kickoff.caching.stores.memcached import MemcachedStore
from kickoff.caching.stores.sqlite import SqliteStore

SQLITE = "sqlite:///"
MEMCACHED = "memcached://"
DEFAULT_PORT = 11211

_SERVER = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")


def store_from_url(url: str) -> Store:
    """The store that `url` names; ValueError when it names none. Connects to nothing yet.

    A path after `sqlite:///` is relative to the current folder, after `sqlite:////` absolute.
    """
    if url.startswith(SQLITE):
        return SqliteStore(_sqlite_path(url))
    if url.startswith(MEMCACHED):
        return MemcachedStore(memcached_servers(url))
    raise ValueError(
        f"{url!r} is no CACHE_URL. Examples: sqlite:////srv/site/slots.sqlite3, "
        "memcached://10.0.0.5:11211,10.0.0.6:11211"
    )


def memcached_servers(url: str) -> list[str]:
    """The servers in a `memcached://` URL, as `host:port` or `unix:/path`."""
    if not url.startswith(MEMCACHED):
        raise ValueError(f"{url!r} does not begin with {MEMCACHED}")
    return [_server(part, url) for part in url.removeprefix(MEMCACHED).split(",")]


def _server(part: str, url: str) -> str:
    if part.startswith("/"):
        return f"unix:{part}"
    found = _SERVER.fullmatch(part)
    if found is None or not 0 < int(found["port"] or DEFAULT_PORT) < 2**16:
        raise ValueError(f"{url!r}: {part!r} is neither host:port nor the path of a socket.")
    return f"{found['host']}:{found['port'] or DEFAULT_PORT}"


def _sqlite_path(url: str) -> str:
    path = url.removeprefix(SQLITE)
    if not path or path.startswith(":") or "?" in path:
        raise ValueError(
            f"{url!r} names no file. All processes must share it: memory does not do. "
            "Example: sqlite:////srv/site/slots.sqlite3"
        )
    return path
