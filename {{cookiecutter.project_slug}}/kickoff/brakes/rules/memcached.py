"""memcached against Django's caches: one list of servers, enough sockets and memory."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.memcached import Memcached
from kickoff.brakes.parts.settings import locations
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.rules.addresses import EVERYWHERE, is_name, is_private
from kickoff.brakes.values import NotFoundError, Value, mib

OWN_LETTERS = frozenset(["-l", "-m"])  # C71d compares the memory with the fleet
OWN_THREADS = 4  # memcached's own -t
OWN_BACKLOG = 1024  # memcached's own -b
OWN_CONNECTIONS = 1024  # memcached's own -c
OWN_ITEM_BYTES = 2**20  # memcached's own -I
LEAST_MEMORY_MIB = 64  # memcached's own -m


@rule(
    "C70",
    ERROR,
    "memcached does not answer to UDP",
    reads="-U",
    why="With UDP it is a weapon: a small forged question sends a large answer to anybody.",
    mend="-U 0",
)
def no_udp(site: Configuration) -> Outcome:
    port = site.memcached.whole("-U")
    return expect(port.value == 0, "-U 0", port)


@rule(
    "C70b",
    ERROR,
    "memcached listens on private addresses only",
    reads="-l, -s",
    why="It has no passwords: who reaches it reads and writes every page.",
    mend="-l with the private address of the machine",
)
def memcached_is_private(site: Configuration) -> Outcome:
    if site.memcached.is_set("-s"):
        return expect(True, "a socket", site.memcached.text("-s"))
    address = site.memcached.text("-l")
    hosts = [_host(part.strip()) for part in address.value.split(",")]
    return expect(
        all(host not in EVERYWHERE and (is_private(host) or is_name(host)) for host in hosts),
        "127.0.0.1 or an address of a private network",
        address,
    )


def _host(text: str) -> str:
    """Without a port: `10.0.0.5:11211`, `[::1]:11211`, `::1`."""
    host, colon, port = text.rpartition(":")
    has_port = bool(colon) and port.isdigit() and (":" not in host or host.endswith("]"))
    return (host if has_port else text).strip("[]")


@rule(
    "C70c",
    ERROR,
    "All caches name the fleet's memcached servers, in the same order",
    reads="CACHES LOCATION, the fleet's memcached",
    why="The place of a key follows from the list: with two lists a key lives twice, and one of "
    "them is old.",
    mend="Write the list once, in CACHE_URL.",
)
def servers_are_the_same(site: Configuration) -> Outcome:
    lists = [locations(cache) for cache in site.settings.memcached_caches.values()]
    found = Value("LOCATION", lists[0], f"{site.settings.module}: CACHES")
    port = site.memcached.text("-p").value
    fleet = [f"{address}:{port}" for address in site.fleet.addresses("memcached")]
    with_ports = [
        [server if ":" in server else f"{server}:11211" for server in servers] for servers in lists
    ]
    return expect(all(each == fleet for each in with_ports), ", ".join(fleet), found)


@rule(
    "C70d",
    ERROR,
    "All memcached servers are told the same, but for their address",
    reads="memcached*.conf",
    why="Keys are spread evenly: the server with less room or fewer sockets fails for all.",
    mend="`manage.py tune` writes them all from fleet.toml.",
)
def servers_are_told_the_same(site: Configuration) -> Outcome:
    first, found = site.memcached, list[Value[object]]()
    for other in first.others:
        for letter in sorted((first.options.keys() | other.keys()) - OWN_LETTERS):
            one, two = first.options.get(letter), other.get(letter)
            if one is None or two is None or one.value != two.value:
                found += [value for value in (one, two) if value]
    site.memcached.require()
    return expect(not found, "the same options", *found)


@rule(
    "C71",
    ERROR,
    "memcached takes a socket of every thread",
    reads="-c, processes, threads, nodes, CACHES",
    why="Above the limit it stops listening: threads wait for their time-outs.",
    mend="Raise -c.",
)
def sockets_fit(site: Configuration) -> Outcome:
    most, needed = site.memcached.whole("-c"), site.memcached_connections
    return expect(most.value >= needed.value, f"-c ≥ {needed.value} = {needed.where}", most)


@rule(
    "C71b",
    WARNING,
    "memcached's limit of sockets is a limit",
    reads="-c, processes, threads, nodes, CACHES",
    why="Below memcached's own 1024 nothing is saved; far above the need a leak is noticed late.",
    mend="-c 1024, or the sum rounded up where that is more",
)
def sockets_are_limited(site: Configuration) -> Outcome:
    most, needed = site.memcached.whole("-c"), site.memcached_connections
    limit = max(OWN_CONNECTIONS, int(1.5 * needed.value))
    return expect(
        OWN_CONNECTIONS <= most.value <= limit,
        f"{OWN_CONNECTIONS} ≤ -c ≤ {limit} = max({OWN_CONNECTIONS}, 1.5 × {needed.value})",
        most,
    )


@rule(
    "C71c",
    WARNING,
    "memcached takes the largest value that Django sends, and no giants",
    reads="-I, CACHES max_value_bytes",
    why="What is larger is silently not stored: the page is built again for each visitor.",
    mend="-I 2m",
)
def values_fit(site: Configuration) -> Outcome:
    item = site.memcached.size("-I")
    sent = OWN_ITEM_BYTES
    for cache in site.settings.memcached_caches.values():
        sent = max(sent, int((cache.get("OPTIONS") or {}).get("max_value_bytes", 0)))
    # Pages beyond a few MiB push out thousands of small values.
    return expect(sent < item.value < 4 * sent, f"{mib(sent)} < -I < {mib(4 * sent)}", item)


@rule(
    "C71d",
    WARNING,
    "memcached has the memory that the fleet lends it",
    reads="-m, the fleet's memcached",
    why="Less throws values away that are needed, more makes the machine swap.",
    mend="-m = memory_mb in fleet.toml",
)
def memory_is_as_planned(site: Configuration) -> Outcome:
    rows = site.fleet.rows("memcached")
    planned = {str(row["address"].value): row["memory_mb"] for row in rows if "memory_mb" in row}
    if not planned:
        raise NotFoundError(f"{site.fleet.place}: [[memcached]] has no memory_mb.")
    servers = [site.memcached, *(Memcached(options=other) for other in site.memcached.others)]
    found, holds = list[Value[object]](), True
    for server in servers:
        memory, place = server.whole("-m"), server.text("-l").value
        wanted = planned.get(place, next(iter(planned.values())))
        found += [memory, wanted]
        holds = holds and memory.value == wanted.value and memory.value >= LEAST_MEMORY_MIB
    return expect(holds, f"-m = the server's memory_mb, at least {LEAST_MEMORY_MIB}", *found)


@rule(
    "C71e",
    WARNING,
    "memcached's threads are a few",
    reads="-t, the fleet's cpus",
    why="Four, memcached's own, answer far more than a site asks; more than the CPUs take turns.",
    mend="-t 4",
)
def threads_fit(site: Configuration) -> Outcome:
    threads, cpus = site.memcached.whole("-t"), site.fleet.cpus
    most = max(OWN_THREADS, cpus.value)
    return expect(
        2 <= threads.value <= most,
        f"2 ≤ -t ≤ {most} = max({OWN_THREADS}, {cpus.value} CPUs)",
        threads,
        cpus,
    )


@rule(
    "C71f",
    WARNING,
    "memcached's queue of connections is as long as its own",
    reads="-b",
    why="After its restart every thread connects; what the queue does not hold waits 1 s.",
    mend="-b 1024, or leave it out",
)
def connecting_fits(site: Configuration) -> Outcome:
    backlog = site.memcached.whole("-b")
    return expect(backlog.value >= OWN_BACKLOG, f"-b ≥ {OWN_BACKLOG}", backlog)
