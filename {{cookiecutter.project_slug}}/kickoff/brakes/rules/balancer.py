"""HAProxy: no more requests than slots, a probe that tells the truth, a way out when all fail."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DEFAULT, NotFoundError, Value

BUSY_SHARE = 0.5  # of the slots at the peak: above it, waiting grows faster than the load
SAFE_RETRIES = frozenset(
    ["none", "conn-failure", "empty-response", "0rtt-rejected"]  # nothing was worked on yet
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


@rule(
    "C45b",
    WARNING,
    "HAProxy has as many threads as CPUs of its own",
    reads="global nbthread, cpus of the load balancer in the fleet",
    why="By itself it takes one for each CPU that it sees. On shared ones a thread spins for the "
    "lock of another that has none: with all slots taken, a fifth fewer requests are answered.",
    mend="global nbthread = [load_balancer] cpus, 1 where they are shared",
)
def threads_have_cpus(site: Configuration) -> Outcome:
    cpus = site.fleet.number("load_balancer", "cpus")
    try:
        threads = site.haproxy.overall("nbthread")
    except NotFoundError:
        threads = Value("nbthread", "one for each CPU", DEFAULT)
    return expect(threads.value == f"{cpus.value:g}", f"nbthread {cpus.value:g}", threads, cpus)
