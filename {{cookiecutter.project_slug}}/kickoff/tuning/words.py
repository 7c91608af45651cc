"""What the templates of deploy/ may say: the sizes by short names, and what derives from them."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from kickoff.tuning import sizes as fixed
from kickoff.tuning.sizing import Sizes, summed

# What WhiteNoise's storage compresses and a site has, with the types that Apache tells.
COMPRESSED = {
    "css": "text/css; charset=utf-8",
    "m?js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "json|map": "application/json",
    "txt": "text/plain; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "ico": "image/vnd.microsoft.icon",
    "ttf": "font/ttf",
    "otf": "font/otf",
}
PAGE_SHARE = 3 / 64  # of the part for pages, for the largest one: there is room for twenty
DISK_PERCENT = 85  # of a disk's space or inodes, when somebody should look
FAULT_FACTOR = 1.5  # a unit that takes so much more memory than computed is ended


def words(sizes: Sizes) -> dict[str, Any]:
    """The context of every template."""
    fleet = sizes.fleet
    return {
        "site": fleet.site,
        "application": fleet.application,
        "load_balancer": fleet.load_balancer,
        "database": fleet.database,
        "nodes": fleet.nodes,
        "memcached": fleet.memcached,
        "refreshers": fleet.refreshers,
        "nodes_count": len(fleet.nodes),
        "refreshers_count": len(fleet.refreshers),
        "web": sizes.web,
        "db": sizes.database,
        "mc": sizes.memcached,
        "balancer": sizes.balancer,
        "times": sizes.times,
        "drain_file": f"/var/lib/{fleet.site.name}/drain",
        "disk_percent": DISK_PERCENT,
        **_apache(sizes),
        **_mysql(sizes),
        **_memory(sizes),
        "compose_subnet": fleet.site.private_network,
        "memcached_places": _memcached_places(sizes),
    }


def _apache(sizes: Sizes) -> dict[str, Any]:
    part = sizes.web.page_cache_part_bytes
    return {
        "front_threads": fixed.FRONT_THREADS,
        "statement_ms": sizes.times.statement * 1000,
        "fail_safe": round(sizes.times.fail_safe(sizes.web.threads)),
        "compressed": list(COMPRESSED.items()),
        "compressed_types": "|".join(COMPRESSED),
        "page_cache_bytes": sizes.web.page_cache_space_mb * 2**20,
        "page_cache_part_mb": part // 2**20,
        "page_cache_largest": int(part * PAGE_SHARE),
    }


def _mysql(sizes: Sizes) -> dict[str, Any]:
    db, network = sizes.database, IPv4Network(sizes.fleet.site.private_network)
    return {
        "refresher_connections": fixed.REFRESHER_CONNECTIONS,
        "command_connections": fixed.COMMAND_CONNECTIONS,
        "monitor_connections": fixed.MONITOR_CONNECTIONS,
        "admin_connections": fixed.ADMIN_CONNECTIONS,
        "table_open_cache": fixed.TABLE_OPEN_CACHE,
        "store_sockets": fixed.STORE_SOCKETS,
        "max_item_mb": fixed.MAX_ITEM_MB,
        "pool_percent": round(100 * db.buffer_pool_share),
        "pool_reason": (
            "something else runs on this machine" if db.is_shared else "it has nothing else to do"
        ),
        "grant_host": network.with_netmask,
    }


def _memory(sizes: Sizes) -> dict[str, Any]:
    fullest = max(sizes.memory, key=lambda memory: memory.used)
    web = fullest.of(fixed.DAEMONS, fixed.CHILDREN, fixed.PAGE_CACHE)
    web_mb = sum(mb for _, mb in web)
    prefork_mb = sizes.web.slots * sizes.fleet.application.process_mb
    prefork_web_mb = prefork_mb + sizes.web.page_cache_mb
    return {
        "daemons_mb": sizes.web.processes * sizes.fleet.application.process_mb,
        "prefork_mb": prefork_mb,
        "prefork_memory_mb": prefork_web_mb,
        "prefork_memory_max": int(prefork_web_mb * FAULT_FACTOR),
        "tasks_max": 10 * sizes.web.tasks,
        "prefork_tasks_max": 10 * sizes.web.slots,
        "web_memory_sum": summed(web),
        "web_memory_mb": web_mb,
        "web_memory_max": int(web_mb * FAULT_FACTOR),
        "refresher_mb": fixed.REFRESHER_MB,
        "refresher_max_mb": 2 * fixed.REFRESHER_MB,
    }


def _memcached_places(sizes: Sizes) -> list[dict[str, Any]]:
    """Each memcached, and the node whose machine it shares."""
    node_at = {node.address: node.name for node in sizes.fleet.nodes}
    return [
        {"server": server, "node": node_at.get(server.address)} for server in sizes.fleet.memcached
    ]
