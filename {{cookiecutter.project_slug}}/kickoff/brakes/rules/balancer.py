"""HAProxy: no more requests than slots, a probe that tells the truth, a way out when all fail."""

from __future__ import annotations

from contextlib import suppress

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.haproxy import Server
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DEFAULT, DoesNotApplyError, NotFoundError, Value

OWN_WEIGHT = 100  # of a node in fleet.toml
BUSY_SHARE = 0.5  # of the slots at the peak: above it, waiting grows faster than the load
SAFE_RETRIES = frozenset(
    ["none", "conn-failure", "empty-response", "0rtt-rejected"]  # nothing was worked on yet
)


@rule(
    "C35",
    ERROR,
    "HAProxy sends a node no more than Apache takes",
    reads="maxconn of each server, MaxRequestWorkers",
    why="What is sent beyond that waits where it cannot be sent to another node.",
    mend="maxconn = slots",
)
def maxconn_fits_apache(site: Configuration) -> Outcome:
    workers = site.apache.whole("MaxRequestWorkers")
    limits = [server.whole("maxconn") for server in site.haproxy.nodes]
    holds = all(0 < limit.value <= workers.value for limit in limits)
    return expect(holds, f"0 < maxconn ≤ {workers.value} MaxRequestWorkers", *limits, workers)


def page_servers(site: Configuration) -> list[Server]:
    """The servers that pages come from, those of last resort as well."""
    servers = list(site.haproxy.nodes)
    with suppress(DoesNotApplyError):
        servers += site.haproxy.servers(site.haproxy.fail_open[1])
    return servers


@rule(
    "C35b",
    WARNING,
    "HAProxy sends a node as many requests as it has slots",
    reads="maxconn of each server in all backends, processes, threads",
    why="More wait in Apache, where they cannot be moved; fewer leave slots idle.",
    mend="maxconn = processes × threads in the backend of pages.",
)
def maxconn_is_the_slots(site: Configuration) -> Outcome:
    slots = site.slots
    limits = [server.whole("maxconn") for server in page_servers(site)]
    return expect(
        all(limit.value == slots.value for limit in limits),
        f"maxconn = {slots.value} slots",
        *limits,
        slots,
    )


@rule(
    "C35c",
    WARNING,
    "Pages and files together take all of Apache's threads, and no more",
    reads="maxconn of each server in all backends, MaxRequestWorkers, processes, threads",
    why="Files that share the slots' limit wait for pages; more than the threads wait unseen.",
    mend="maxconn in the backend of files = MaxRequestWorkers - slots",
)
def files_have_their_threads(site: Configuration) -> Outcome:
    balancer, workers = site.haproxy, site.apache.whole("MaxRequestWorkers")
    pages = {balancer.backend.name}
    with suppress(DoesNotApplyError):
        pages.add(balancer.fail_open[1].name)
    others = [each for each in balancer.backends if each.name not in pages]
    limits = [server.whole("maxconn") for each in others for server in balancer.servers(each)]
    limits = [limit for limit in limits if limit.where != DEFAULT]
    if not limits or site.apache.is_embedded:
        raise DoesNotApplyError("There is no backend for files with a maxconn.")
    left = workers.value - site.slots.value
    return expect(
        all(limit.value == left for limit in limits),
        f"maxconn = {left} = {workers.value} MaxRequestWorkers - {site.slots.value} slots",
        *limits,
        workers,
    )


@rule(
    "C36",
    ERROR,
    "A request whose node has died goes to another",
    reads="option redispatch, retries",
    why="Otherwise every request that meets a dead node before it is noticed becomes an error.",
    mend="option redispatch 1, retries 2",
)
def requests_move_on(site: Configuration) -> Outcome:
    line = site.haproxy.has_option("redispatch")
    retries = site.haproxy.setting("retries", default="3").map(int)
    words = line.words[2:] if line else ("off",)
    redispatch = Value("option redispatch", " ".join(words), line.where if line else "default")
    # Each retry at another node. One may be down as well: two are needed, more only take time.
    return expect(
        redispatch.value in ("", "1") and 2 <= retries.value <= 3,
        "option redispatch 1, 2 ≤ retries ≤ 3",
        redispatch,
        retries,
    )


@rule(
    "C36b",
    WARNING,
    "Nothing is sent twice that may have been done once",
    reads="retry-on",
    why="A post that is repeated after an answer was lost is stored twice.",
    mend="retry-on conn-failure empty-response, or leave it out.",
)
def retries_are_safe(site: Configuration) -> Outcome:
    line = site.haproxy.backend.effective("retry-on")
    events = line.words[1:] if line else ("conn-failure",)
    found = Value("retry-on", " ".join(events), line.where if line else "default")
    return expect(set(events) <= SAFE_RETRIES, ", ".join(sorted(SAFE_RETRIES)), found)


@rule(
    "C37",
    ERROR,
    "There is a node to spare",
    reads="the fleet's nodes or server lines",
    why="With one node every restart is an outage.",
    mend="Add a node.",
)
def a_node_is_spare(site: Configuration) -> Outcome:
    return expect(site.nodes.value >= 2, "at least 2 nodes", site.nodes)


@rule(
    "C37b",
    ERROR,
    "Without one node the others carry the peak",
    reads="peak_requests_per_s, request_ms, processes, threads, nodes",
    why="The peak is when a node fails. Above half of the slots, waiting grows faster than load.",
    mend="Add a node, or make requests shorter.",
)
def peak_is_carried(site: Configuration) -> Outcome:
    peak = site.fleet.number("site", "peak_requests_per_s")
    each_ms = site.fleet.number("application", "request_ms")
    per_node = site.slots.value * BUSY_SHARE * 1000 / max(each_ms.value, 1)
    left = (site.nodes.value - 1) * per_node
    return expect(
        0 < peak.value <= left and each_ms.value > 0,
        f"peak ≤ {left:g} = ({site.nodes.value} - 1) × {site.slots.value} slots × {BUSY_SHARE} × "
        f"1000 / {each_ms.value:g} ms",
        peak,
        each_ms,
    )


@rule(
    "C38",
    WARNING,
    "The fleet knows the nodes that HAProxy sends to",
    reads="server lines, the fleet's nodes",
    why="All sums here count the fleet's nodes. One that only HAProxy knows opens connections that "
    "nobody counted.",
    mend="`manage.py tune` writes haproxy.cfg from fleet.toml.",
)
def fleet_and_balancer_agree(site: Configuration) -> Outcome:
    servers = [server.address.partition(":")[0] for server in site.haproxy.nodes]
    nodes = site.fleet.addresses("nodes")
    found = Value("servers", servers, site.haproxy.backend.where)
    return expect(sorted(servers) == sorted(nodes), ", ".join(nodes), found)


@rule(
    "C38b",
    WARNING,
    "What the fleet plans is what runs",
    reads="[application] threads and pool_size, weight of the nodes, threads, pool_size, weight",
    why="All files are written from fleet.toml: a number that was changed elsewhere is lost the "
    "next time, and the sums beside the others are wrong until then.",
    mend="Change fleet.toml, then `manage.py tune`.",
)
def plan_is_what_runs(site: Configuration) -> Outcome:
    planned_threads = site.fleet.number("application", "threads")
    planned_pool = site.fleet.number("application", "pool_size")
    found: list[Value[object]] = [planned_threads, planned_pool]
    holds = True
    if not site.apache.is_embedded:
        found.append(site.apache.threads)
        holds = site.apache.threads.value == planned_threads.value
    with suppress(DoesNotApplyError):
        pool = site.settings.pool.number("pool_size")
        found.append(pool)
        holds = holds and pool.value == planned_pool.value
    planned = {str(row["name"].value): row.get("weight") for row in site.fleet.rows("nodes")}
    for server in page_servers(site):
        weight, wanted = server.whole("weight"), planned.get(server.name)
        found.append(weight)
        holds = holds and weight.value == (wanted.value if wanted else OWN_WEIGHT)
    return expect(holds, "the numbers of fleet.toml (weight 100 where none is written)", *found)


@rule(
    "C43",
    WARNING,
    "Requests go to the node that has the fewest",
    reads="balance",
    why="In turns, a node that is slow gets as many as the others, and they pile up there.",
    mend="balance leastconn",
)
def least_connections(site: Configuration) -> Outcome:
    balance = site.haproxy.setting("balance", default="roundrobin")
    return expect(balance.value == "leastconn", "leastconn", balance)


@rule(
    "C44",
    WARNING,
    "A node that comes back is warmed up, and soon takes its share",
    reads="slowstart, inter, rise",
    why="All at once, the requests meet empty processes. Very slowly, the others stay overloaded.",
    mend="slowstart 30s",
)
def nodes_start_slowly(site: Configuration) -> Outcome:
    node = site.haproxy.nodes[0]
    slow = node.seconds("slowstart")
    return expect(15 < slow.value < 60, "15 < slowstart < 60", slow)


@rule(
    "C49",
    ERROR,
    "HAProxy takes more connections than all nodes have slots",
    reads="global maxconn, maxconn of each server",
    why="Visitors who keep a connection open, or wait in the queue, count as well.",
    mend="global maxconn 10 × the requests per second of the peak, at least 1000",
)
def balancer_takes_all(site: Configuration) -> Outcome:
    most = site.haproxy.overall("maxconn").map(int)
    slots = len(site.haproxy.nodes) * site.slots.value
    try:
        peak = site.fleet.number("site", "peak_requests_per_s").value
    except NotFoundError:
        peak = 0.0
    least = max(2 * slots, 10 * int(peak))
    return expect(
        least <= most.value < max(2000, 2 * least),
        f"{least} ≤ maxconn < {max(2000, 2 * least)}: max(2 × {slots} slots, 10 × {peak:g} per s)",
        most,
    )


@rule(
    "C45",
    WARNING,
    "A request whose visitor has left is not worked on",
    reads="option abortonclose",
    why="Impatient visitors reload: without it each reload takes another slot.",
    mend="option abortonclose",
)
def abandoned_requests_end(site: Configuration) -> Outcome:
    line = site.haproxy.has_option("abortonclose")
    found = Value("option abortonclose", "on" if line else "off", line.where if line else "default")
    return expect(line is not None, "on", found)
