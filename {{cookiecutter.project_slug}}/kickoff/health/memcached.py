"""Each memcached: does it answer, and give back what it was given?"""

from __future__ import annotations

import os
import secrets

from django.conf import settings
from pymemcache.client.base import Client

from kickoff.caching.stores.urls import MEMCACHED, memcached_servers
from kickoff.health.conf import node_name, number
from kickoff.health.registry import Facts, Finding, Level, failed

MANY_CONNECTIONS = 0.8  # of -c: beyond it memcached lets nobody in
KEPT_S = 60


def memcached_names() -> list[str]:
    """The servers of CACHE_URL, none when it names a file."""
    url = settings.CACHE_URL
    return memcached_servers(url) if url.startswith(MEMCACHED) else []


def look_at_memcached(server: str) -> Finding:
    """Raises what pymemcache raises when it does not answer."""
    client = Client(
        server,
        connect_timeout=number("HEALTH_PROBE_TIMEOUT_S"),
        timeout=number("HEALTH_PROBE_TIMEOUT_S"),
        no_delay=True,
    )
    try:
        return _look(client)
    finally:
        client.close()


def _look(client: Client) -> Finding:
    key, value = f"health:{node_name()}:{os.getpid()}", secrets.token_bytes(16)
    client.set(key, value, expire=KEPT_S, noreply=False)
    if client.get(key) != value:
        return failed("does not keep what it is given")
    stats = client.stats()  # type: ignore[no-untyped-call]
    # It keeps some of the allowed ones for its own threads.
    most = int(stats[b"max_connections"]) - int(stats[b"reserved_fds"])
    connections = int(stats[b"curr_connections"])
    facts: Facts = {
        "uptime_s": int(stats[b"uptime"]),
        "connections": connections,
        "max_connections": most,
        "evictions": int(stats[b"evictions"]),
    }
    if connections > MANY_CONNECTIONS * most:
        return Finding(Level.WARN, "few connections are left", facts)
    return Finding(Level.PASS, "", facts)
