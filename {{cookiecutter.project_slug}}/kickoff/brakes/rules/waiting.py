"""Time-outs across servers: what is inside gives up before what waits for it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, NotFoundError, Value


def waits(site: Configuration) -> list[Value[float]]:
    """The waits of one request that could be found, from the inside to the outside."""
    candidates: list[Callable[[], Value[float]]] = [
        lambda: site.store_wait,
        lambda: site.haproxy.timeout("queue"),
        lambda: site.settings.pool.number("timeout"),
        lambda: site.mysql.limit("max_statement_time"),
        lambda: site.apache.daemon.limit("queue-timeout"),
        lambda: site.apache.daemon.limit("request-timeout"),
        lambda: site.haproxy.timeout("server"),
        lambda: site.apache.daemon.limit("socket-timeout"),
    ]
    found = list[Value[float]]()
    for candidate in candidates:
        try:
            found.append(candidate())
        except (NotFoundError, DoesNotApplyError):
            continue
    return found


@rule(
    "C11",
    ERROR,
    "The load balancer waits longer than Apache's queue and the request together",
    reads="queue-timeout, request-timeout, timeout server, socket-timeout",
    why="A load balancer that gives up first answers 504 for work that is being finished, and "
    "sends the next request to a thread that is still busy.",
    mend="queue-timeout + request-timeout < timeout server ≤ socket-timeout",
)
def balancer_waits_longest(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    queue, request, socket = map(
        daemon.limit, ("queue-timeout", "request-timeout", "socket-timeout")
    )
    server = site.haproxy.timeout("server")
    inside = queue.value + request.value
    return expect(
        inside < server.value <= socket.value and not math.isinf(server.value),
        f"{queue.value:g} + {request.value:g} = {inside:g} < timeout server ≤ {socket.value:g}",
        queue,
        request,
        server,
        socket,
    )


@rule(
    "C11b",
    WARNING,
    "Each wait of a request is longer than the one inside it",
    reads="memcached's time-outs, timeout queue, pool timeout, max_statement_time, queue-timeout, "
    "request-timeout, timeout server, socket-timeout",
    why="When the outer wait ends first, the inner one goes on for nobody and holds its slot.",
    mend="Put them in this order: `brakes` prints the table of time-outs.",
)
def waits_are_ordered(site: Configuration) -> Outcome:
    found = waits(site)
    if len(found) < 2:
        raise NotFoundError("Fewer than two time-outs could be found.")
    holds = all(inner.value < outer.value for inner, outer in pairwise(found))
    return expect(holds, " < ".join(value.name for value in found), *found)


@rule(
    "C10",
    WARNING,
    "A request that hangs ends while somebody may still wait",
    reads="request-timeout, threads, timeout server",
    why="mod_wsgi ends a process when its threads are busy for request-timeout × (1 + ln threads): "
    "a fail-safe, far later than its name says.",
    mend="Lower request-timeout or threads.",
)
def hanging_requests_end(site: Configuration) -> Outcome:
    request = site.apache.daemon.limit("request-timeout")
    threads, server = site.apache.threads, site.haproxy.timeout("server")
    fail_safe = request.value * (1 + math.log(max(threads.value, 1)))
    return expect(
        fail_safe <= 2 * server.value,
        f"{request.value:g} × (1 + ln {threads.value}) = {fail_safe:.0f} ≤ 2 × timeout server",
        request,
        threads,
        server,
    )


@rule(
    "C11c",
    WARNING,
    "Apache and its pool wait equally long for a byte",
    reads="Timeout, socket-timeout",
    why="A front that gives up before its daemon cuts off answers; one that waits much longer "
    "keeps threads for visitors who are gone.",
    mend="Timeout = socket-timeout",
)
def front_waits_for_the_pool(site: Configuration) -> Outcome:
    front, socket = site.apache.seconds("Timeout"), site.apache.daemon.limit("socket-timeout")
    return expect(
        socket.value <= front.value < 2 * socket.value,
        f"{socket.value:g} ≤ Timeout < {2 * socket.value:g} = 2 × socket-timeout",
        front,
        socket,
    )


@rule(
    "C12d",
    WARNING,
    "Apache gives up on its pool before it would drop the request anyway",
    reads="connect-timeout, queue-timeout, timeout connect",
    why="A full backlog is tried again for connect-timeout: it holds a front thread meanwhile. "
    "Shorter than a connection over the network, it gives up while a thread becomes free.",
    mend="connect-timeout=5, for queue-timeout=10",
)
def front_gives_up_first(site: Configuration) -> Outcome:
    connect, queue = map(site.apache.daemon.limit, ("connect-timeout", "queue-timeout"))
    pool_wait = site.settings.pool.number("timeout")
    return expect(
        pool_wait.value <= connect.value < queue.value,
        f"{pool_wait.value:g} (pool timeout) ≤ connect-timeout < {queue.value:g}",
        connect,
        queue,
        pool_wait,
    )


@rule(
    "C30",
    ERROR,
    "Only the load balancer closes idle connections to Apache",
    reads="KeepAliveTimeout, pool-purge-delay",
    why="When Apache closes at the moment at which HAProxy sends, the visitor gets an error. Both "
    "are 5 s when nothing is written. HAProxy closes half of the idle ones each "
    "pool-purge-delay, so it takes several delays.",
    mend="KeepAliveTimeout = 4 to 9 × pool-purge-delay",
)
def balancer_closes_first(site: Configuration) -> Outcome:
    reuse = site.haproxy.setting("http-reuse", default="safe")
    if reuse.value == "never":
        raise DoesNotApplyError(f"{reuse}: no connection is used twice.")
    if not site.apache.switch("KeepAlive").value:
        raise DoesNotApplyError("KeepAlive is Off: no connection is used twice.")
    apache = site.apache.seconds("KeepAliveTimeout")
    purge = site.haproxy.nodes[0].seconds("pool-purge-delay")
    least, most = 4 * purge.value, 10 * purge.value
    return expect(
        least <= apache.value < most,
        f"{least:g} = 4 × {purge.value:g} ≤ KeepAliveTimeout < {most:g}",
        apache,
        purge,
    )


@rule(
    "C47",
    ERROR,
    "HAProxy waits for nothing for ever",
    reads="timeout connect, client, server, queue, check, http-request",
    why="A time-out that is not written is none: connections pile up until there are no more.",
    mend="Write each of them in `defaults`.",
)
def balancer_has_limits(site: Configuration) -> Outcome:
    names = ("connect", "client", "server", "queue", "check", "http-request")
    values = [site.haproxy.timeout(name) for name in names]
    missing = [value for value in values if math.isinf(value.value)]
    return expect(not missing, "a number above 0 for each", *missing)


@rule(
    "C47b",
    WARNING,
    "HAProxy waits for visitors as long as for servers",
    reads="timeout client, timeout server",
    why="With different ones the shorter side ends connections on which the other still waits.",
    mend="timeout client = timeout server",
)
def both_sides_wait_equally(site: Configuration) -> Outcome:
    client, server = site.haproxy.timeout("client"), site.haproxy.timeout("server")
    return expect(client.value == server.value, "timeout client = timeout server", client, server)


@rule(
    "C48",
    WARNING,
    "A lost packet is no dead node, a dead node no long wait",
    reads="timeout connect, timeout check, timeout queue",
    why="TCP sends a lost packet again after 1 s. Connecting takes no longer than asking for "
    "health, or waiting for a slot.",
    mend="timeout connect 1s, timeout check 1500ms, timeout queue 2s",
)
def connecting_is_quick(site: Configuration) -> Outcome:
    connect, check, queue = map(site.haproxy.timeout, ("connect", "check", "queue"))
    holds = 1 <= connect.value < check.value < 4 * connect.value
    return expect(
        holds and connect.value < queue.value,
        f"1 ≤ timeout connect {connect.value:g} < timeout check < {4 * connect.value:g}; "
        "timeout connect < timeout queue",
        connect,
        check,
        queue,
    )


@rule(
    "C41",
    WARNING,
    "A slow visitor is given up by HAProxy",
    reads="timeout http-request, timeout client, timeout http-keep-alive",
    why="Whoever sends a byte a minute holds a connection. Without its own limit the header of a "
    "request may take as long as timeout client for each byte.",
    mend="timeout http-request 5s, timeout http-keep-alive 5s",
)
def slow_visitors_go(site: Configuration) -> Outcome:
    header, client, idle = map(site.haproxy.timeout, ("http-request", "client", "http-keep-alive"))
    return expect(
        header.value < client.value and idle.value <= header.value < 2 * idle.value,
        f"timeout http-keep-alive {idle.value:g} ≤ timeout http-request < {2 * idle.value:g}, "
        f"and < timeout client {client.value:g}",
        header,
        client,
        idle,
    )
