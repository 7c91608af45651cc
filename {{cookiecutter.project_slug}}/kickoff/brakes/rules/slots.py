"""HAProxy sends a node as many requests as it has slots, and files to its other threads."""

from __future__ import annotations

from contextlib import suppress

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.haproxy import Server
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DEFAULT, DoesNotApplyError, NotFoundError, Value

OWN_WEIGHT = 100  # of a node in fleet.toml


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
