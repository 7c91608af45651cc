"""Apache starts everything at once, and neither starts nor stops anything under load."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, size


@rule(
    "C05",
    WARNING,
    "Apache starts all threads at once and stops none under load",
    reads="StartServers, ThreadsPerChild, MinSpareThreads, MaxSpareThreads, MaxRequestWorkers",
    why="Starting processes costs most just when the load is highest.",
    mend="StartServers = MaxRequestWorkers / ThreadsPerChild, MinSpareThreads = "
    "MaxRequestWorkers, MaxSpareThreads = MinSpareThreads + ThreadsPerChild.",
)
def nothing_is_started_under_load(site: Configuration) -> Outcome:
    site.apache.require_threads()
    start, each, least, most, workers = map(
        site.apache.whole,
        (
            "StartServers",
            "ThreadsPerChild",
            "MinSpareThreads",
            "MaxSpareThreads",
            "MaxRequestWorkers",
        ),
    )
    is_fixed = start.value * each.value == workers.value == least.value
    # Apache raises a MaxSpareThreads that is too low: then the file does not say what runs.
    is_kept = least.value + each.value <= most.value < 2 * (workers.value + each.value)
    return expect(
        is_fixed and is_kept,
        f"{start.value} StartServers × {each.value} = {workers.value} MaxRequestWorkers = "
        f"MinSpareThreads; {least.value + each.value} ≤ MaxSpareThreads < "
        f"{2 * (workers.value + each.value)}",
        start,
        each,
        least,
        most,
        workers,
    )


@rule(
    "C05b",
    WARNING,
    "prefork has as many processes at the start as under load",
    reads="StartServers, ServerLimit, MinSpareServers, MaxSpareServers, MaxRequestWorkers",
    why="Starting processes costs most just when the load is highest.",
    mend="Give all five the same number.",
)
def prefork_is_fixed(site: Configuration) -> Outcome:
    if not site.apache.is_preforking:
        raise DoesNotApplyError(f"The MPM is {site.apache.mpm.value}.")
    names = ("StartServers", "ServerLimit", "MinSpareServers", "MaxSpareServers")
    values = [site.apache.whole(name) for name in (*names, "MaxRequestWorkers")]
    workers = values[-1].value
    # Apache keeps MaxSpareServers above MinSpareServers: one more is the same.
    holds = all(value.value in {workers, workers + 1} for value in values[:-1])
    return expect(holds, f"all of them {workers}", *values)


@rule(
    "C05c",
    WARNING,
    "Apache's processes live for ever",
    reads="MaxConnectionsPerChild",
    why="A process that ends takes its threads and open connections with it. It is a remedy for "
    "leaks, not a habit.",
    mend="MaxConnectionsPerChild 0, or 100000 where something leaks.",
)
def processes_live(site: Configuration) -> Outcome:
    most = site.apache.whole("MaxConnectionsPerChild")
    return expect(
        most.value == 0 or most.value >= 100_000, "MaxConnectionsPerChild 0 or ≥ 100000", most
    )


@rule(
    "C05d",
    WARNING,
    "The load balancer keeps its connections to Apache",
    reads="KeepAlive, MaxKeepAliveRequests",
    why="Each connection that Apache closes is opened again for the next request.",
    mend="KeepAlive On, MaxKeepAliveRequests 0 (no limit).",
)
def connections_are_kept(site: Configuration) -> Outcome:
    site.apache.require_threads()
    is_kept, most = site.apache.switch("KeepAlive"), site.apache.whole("MaxKeepAliveRequests")
    holds = is_kept.value and (most.value == 0 or most.value >= 1000)
    return expect(holds, "KeepAlive On; MaxKeepAliveRequests 0 or ≥ 1000", is_kept, most)


@rule(
    "C05e",
    WARNING,
    "Apache's threads have a stack that is large enough, and no larger",
    reads="ThreadStackSize",
    why="Modules crash with less than 256 KiB. More than 512 KiB is memory per thread for nothing.",
    mend="ThreadStackSize 262144",
)
def stacks_fit(site: Configuration) -> Outcome:
    if site.apache.wide("ThreadStackSize") is None:
        raise DoesNotApplyError("ThreadStackSize is left to the system.")
    stack = site.apache.text("ThreadStackSize").map(size)
    return expect(2**18 <= stack.value < 2**19, "256 KiB ≤ ThreadStackSize < 512 KiB", stack)
