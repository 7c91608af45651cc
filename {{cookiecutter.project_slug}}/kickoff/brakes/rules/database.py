"""MySQL or MariaDB against the pool: enough connections, none that the server has closed."""

from __future__ import annotations

import math
import re

from kickoff.brakes.configuration import (
    Configuration,
)
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, Value


def age_limit(site: Configuration) -> Value[float]:
    """Seconds after which a connection is not used again: of the pool, or CONN_MAX_AGE."""
    site.settings.require_mysql()
    if site.settings.has_pool:
        return site.settings.pool.number("recycle")
    age = site.settings.max_age
    if age.value == 0:
        raise DoesNotApplyError(f"{age}: no connection is used twice.")
    return age


@rule(
    "C50",
    ERROR,
    "Connections are renewed before the database closes them",
    reads="pool recycle or CONN_MAX_AGE, wait_timeout",
    why="The first query on a connection that the server has closed fails: 2006, gone away.",
    mend="recycle = wait_timeout - 20",
)
def connections_are_renewed(site: Configuration) -> Outcome:
    age, wait = age_limit(site), site.mysql.limit("wait_timeout")
    return expect(age.value < wait.value, f"{age.name} < {wait.value:g} wait_timeout", age, wait)


@rule(
    "C50b",
    WARNING,
    "The database closes what nobody renews",
    reads="pool recycle or CONN_MAX_AGE, wait_timeout",
    why="Connections of a node that vanished count against max_connections for wait_timeout.",
    mend="wait_timeout = recycle + 20, at most 10 minutes",
)
def dead_connections_end(site: Configuration) -> Outcome:
    age, wait = age_limit(site), site.mysql.limit("wait_timeout")
    return expect(
        wait.value <= 1.5 * age.value and wait.value < 600,
        f"wait_timeout ≤ {1.5 * age.value:g} = 1.5 × {age.value:g}, and < 600",
        age,
        wait,
    )


@rule(
    "C51",
    ERROR,
    "There is one way to keep connections, and it is checked",
    reads="OPTIONS pool, CONN_MAX_AGE, CONN_HEALTH_CHECKS",
    why="A pool under persistent connections hands out none. Persistent ones without a check fail "
    "after every restart of the database.",
    mend="CONN_MAX_AGE = 0 with a pool; without one CONN_MAX_AGE = 280, CONN_HEALTH_CHECKS = True.",
)
def connections_are_kept_once(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    age = site.settings.max_age
    checks = Value(
        "CONN_HEALTH_CHECKS", bool(site.settings.database.get("CONN_HEALTH_CHECKS")), age.where
    )
    if site.settings.has_pool:
        return expect(age.value == 0, "CONN_MAX_AGE = 0, as there is a pool", age)
    return expect(
        age.value > 0 and checks.value, "CONN_MAX_AGE > 0 and CONN_HEALTH_CHECKS", age, checks
    )


@rule(
    "C52",
    ERROR,
    "The database takes the connections of the whole fleet",
    reads="max_connections, processes, pool_size, max_overflow, nodes",
    why="One too many is error 1040 for a visitor, and administrators cannot get in to help.",
    mend="Raise max_connections, or lower pool_size.",
)
def database_takes_all(site: Configuration) -> Outcome:
    most, needed = site.mysql.whole("max_connections"), site.connections
    return expect(
        most.value >= needed.value, f"max_connections ≥ {needed.value} = {needed.where}", most
    )


@rule(
    "C52b",
    WARNING,
    "The database is not open to more connections than it has memory for",
    reads="max_connections, processes, pool_size, max_overflow, nodes",
    why="Each connection may take its own buffers: a limit far above what is needed is none.",
    mend="Lower max_connections to the sum, rounded up.",
)
def database_has_a_limit(site: Configuration) -> Outcome:
    most, needed = site.mysql.whole("max_connections"), site.connections
    # Up to MySQL's own 151 nobody needs a reason.
    limit = max(151, int(1.5 * needed.value))
    return expect(
        most.value <= limit, f"max_connections ≤ {limit} = max(151, 1.5 × {needed.value})", most
    )


@rule(
    "C53",
    ERROR,
    "A thread waits for a connection less than a visitor for the thread",
    reads="pool timeout, queue-timeout, timeout server",
    why="Otherwise an exhausted pool is not seen as an error, but as a site that hangs.",
    mend="pool timeout 3 s, queue-timeout 10 s, timeout server 30 s",
)
def pool_gives_up_first(site: Configuration) -> Outcome:
    pool = site.settings.pool.number("timeout")
    queue, server = site.apache.daemon.limit("queue-timeout"), site.haproxy.timeout("server")
    return expect(
        pool.value < queue.value < server.value,
        f"pool timeout < {queue.value:g} queue-timeout < {server.value:g} timeout server",
        pool,
        queue,
        server,
    )


@rule(
    "C54",
    WARNING,
    "A process has a connection for each thread, and no more",
    reads="pool_size, max_overflow, threads",
    why="More are never used. With fewer, threads wait for each other as soon as pages query.",
    mend="pool_size = threads, max_overflow = 0",
)
def pool_fits_the_threads(site: Configuration) -> Outcome:
    most, threads = site.settings.pool.most, site.apache.threads
    least = math.ceil(threads.value / 2) + 1 if threads.value > 1 else 1
    return expect(
        least <= most.value <= threads.value,
        f"{least} ≤ pool_size + max_overflow ≤ {threads.value} threads",
        most,
        threads,
    )


@rule(
    "C54b",
    WARNING,
    "A connection that was idle is asked whether it lives, a busy one is not",
    reads="pool ping_idle, recycle",
    why="Asking costs a round trip. Never asking meets connections that a restart has closed.",
    mend="ping_idle 5",
)
def idle_connections_are_asked(site: Configuration) -> Outcome:
    idle, recycle = site.settings.pool.number("ping_idle"), site.settings.pool.number("recycle")
    return expect(
        3 <= idle.value < 10 < recycle.value, "3 ≤ ping_idle < 10 < recycle", idle, recycle
    )


@rule(
    "C55b",
    ERROR,
    "Django connects to an address",
    reads="DATABASES HOST",
    why="Each new connection would ask the name server; when that is away, so is the database.",
    mend="The address of the database, 127.0.0.1, or the path of its socket.",
)
def host_is_an_address(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    host = Value("HOST", str(site.settings.database.get("HOST", "")), site.settings.engine.where)
    holds = host.value.startswith("/") or host.value == "localhost" or not host.value
    return expect(
        holds or bool(re.fullmatch(r"[\d.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*", host.value)),
        "an IP address or a socket",
        host,
    )


@rule(
    "C61",
    WARNING,
    "The database has never been close to its last connection",
    reads="Max_used_connections, max_connections",
    why="Above 80 % the next peak meets error 1040.",
    mend="Find who opens them (SHOW PROCESSLIST), or raise max_connections.",
    is_live=True,
)
def connections_were_left(site: Configuration) -> Outcome:
    used = site.mysql.counter("Max_used_connections")
    most = site.mysql.whole("max_connections")
    share = used.value / max(most.value, 1)
    return expect(share <= 0.8, f"{used.value} / {most.value} = {share:.0%} ≤ 80 %", used, most)
