"""What the servers of the fleet say about themselves, read from each of them."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from fleet.up.running import RunningFleet
from fleet.up.servers import WebNode

LIMIT_S = 1  # for each answer of a server that may be frozen
LEASE_S = 3  # of the refresher's leader: what was signed so long before it ends
WEB = ("app", "app_any", "static", "direct")  # the backends of haproxy.cfg
DATABASE_STATE = """
    SELECT
        (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS
         WHERE VARIABLE_NAME = 'THREADS_CONNECTED'),
        @@GLOBAL.max_connections,
        (SELECT COUNT(*) FROM caching_mark)
"""
LEADER = """
    SELECT holder, TIMESTAMPDIFF(MICROSECOND, NOW(6), expires_at) / 1e6 FROM caching_leader
    ORDER BY expires_at DESC LIMIT 1
"""


@dataclass(frozen=True)
class NodeReading:
    """What HAProxy knows of a node. `state` is UP, DOWN, NOLB while it drains …"""

    state: str
    answers: int
    errors: int  # answers of 500 and above


@dataclass(frozen=True)
class DatabaseReading:
    connections: int
    max_connections: int
    marks_waiting: int
    leader: str | None  # the name of the refresher's node
    leader_age_s: float | None  # since it has renewed its lease


@dataclass(frozen=True)
class Reading:
    """At one moment. Counts are since the start; None where a server does not answer."""

    at_s: float
    requests: int | None = None
    errors: int | None = None
    visitors: int | None = None  # connections to HAProxy
    nodes: Mapping[str, NodeReading] = field(default_factory=dict)
    gets: int | None = None  # from all memcached servers
    database: DatabaseReading | None = None

    def per_second(self, what: str, before: Reading) -> float | None:
        """How fast a count grows."""
        now, then = getattr(self, what), getattr(before, what)
        if now is None or then is None or self.at_s <= before.at_s:
            return None
        return max(0.0, float(now - then)) / (self.at_s - before.at_s)

    def shares(self, before: Reading) -> dict[str, float]:
        """Each node's part of the answers in between."""
        counts = {
            name: max(0, node.answers - before.nodes[name].answers)
            for name, node in self.nodes.items()
            if name in before.nodes
        }
        total = sum(counts.values())
        return {name: count / total if total else 0.0 for name, count in counts.items()}


def read(fleet: RunningFleet) -> Reading:
    """Asks all servers. One that is away or frozen costs LIMIT_S."""
    return Reading(
        at_s=time.monotonic(), gets=_gets(fleet), database=_database(fleet), **_balancer(fleet)
    )


def _balancer(fleet: RunningFleet) -> dict[str, Any]:
    try:
        rows = fleet.haproxy.statistics(LIMIT_S)
    except OSError:
        return {}
    (front,) = (row for row in rows if (row["pxname"], row["svname"]) == ("site", "FRONTEND"))
    return {
        "requests": int(front["req_tot"]),
        "errors": int(front["hrsp_5xx"]),
        "visitors": int(front["scur"]),
        "nodes": {node.name: _node(node, rows) for node in fleet.nodes},
    }


def _node(node: WebNode, rows: Iterable[Mapping[str, str]]) -> NodeReading:
    own = {row["pxname"]: row for row in rows if row["svname"] == node.name}
    classes = [f"hrsp_{n}xx" for n in range(1, 6)]
    return NodeReading(
        state=own["app"]["status"],
        answers=sum(int(own[name][kind] or 0) for name in WEB for kind in classes),
        errors=sum(int(own[name]["hrsp_5xx"] or 0) for name in WEB),
    )


def _gets(fleet: RunningFleet) -> int | None:
    """Of all servers together; one that was restarted counts anew."""
    try:
        return sum(server.stat("cmd_get") for server in fleet.memcacheds)
    except KeyError:  # One gives no answer.
        return None


def _database(fleet: RunningFleet) -> DatabaseReading | None:
    mysql = importlib.import_module("MySQLdb")  # Not at the top: the help needs no driver.
    try:
        with (
            closing(
                mysql.connect(
                    unix_socket=str(fleet.mariadb.socket),
                    user=fleet.mariadb.user,
                    db=fleet.shape.site.name,
                    connect_timeout=LIMIT_S,
                    read_timeout=LIMIT_S,
                )
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(DATABASE_STATE)
            connections, most, waiting = cursor.fetchone()
            cursor.execute(LEADER)
            row = cursor.fetchone()
    except mysql.Error:
        return None
    leader, age_s = _leader(fleet, row) if row else (None, None)
    return DatabaseReading(int(connections) - 1, int(most), int(waiting), leader, age_s)


def _leader(fleet: RunningFleet, row: tuple[str, Any]) -> tuple[str | None, float]:
    """A holder is called host:pid:token. None when it is none of the fleet's."""
    holder, left_s = row
    pid = holder.split(":")[1]
    names = [each.name for each in fleet.refreshers if each.is_running and str(each.pid) == pid]
    return (names[0] if names else None), LEASE_S - float(left_s)
