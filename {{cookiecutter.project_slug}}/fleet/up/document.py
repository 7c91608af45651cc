"""The running fleet as one JSON document, for programs."""

from __future__ import annotations

from typing import Any

from fleet.up.running import RunningFleet


def document(fleet: RunningFleet) -> dict[str, Any]:
    """Where everything is. `environment_file` is what ENV_FILE names for manage.py.

    Daemon processes are those of this moment: Apache replaces one that ends.
    """
    return {
        "url": fleet.url,
        "folder": str(fleet.folder),
        "release": str(fleet.release),
        "environment_file": str(fleet.release / ".env"),
        "nodes": [
            {
                "name": node.name,
                "url": fleet.url_of(node),
                "host": node.host,
                "address": node.address,
                "port": node.port,
                "pid": node.pid,
                "daemon_pids": node.daemon_pids,
                "drain_file": str(node.drain_file),
                "logs": str(node.logs),
            }
            for node in fleet.nodes
        ],
        "haproxy": {
            "address": "127.0.0.1",
            "port": fleet.haproxy.port,
            "socket": str(fleet.haproxy.socket),
            "pid": fleet.haproxy.pid,
        },
        "mariadb": {
            "address": fleet.mariadb.host,
            "port": fleet.mariadb.port,
            "socket": str(fleet.mariadb.socket),
            "database": fleet.shape.site.name,
            "pid": fleet.mariadb.pid,
        },
        "memcached": [
            {"name": cache.name, "address": cache.host, "port": cache.port, "pid": cache.pid}
            for cache in fleet.memcacheds
        ],
        "refreshers": [
            {"name": refresher.name, "pid": refresher.pid} for refresher in fleet.refreshers
        ],
        "replay": {"pid": fleet.replay.pid} if fleet.replay else None,
    }
