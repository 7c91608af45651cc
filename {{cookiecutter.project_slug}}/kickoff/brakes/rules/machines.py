"""The machines: memory that is never swapped, open files, units that end in time."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, NotFoundError, Value, mib

SOMAXCONN = Path("/proc/sys/net/core/somaxconn")
BUILT_FOR = re.compile(r"cpython-(\d)(\d+)")
USABLE_SHARE = 0.8  # of a machine's memory; the rest is the kernel's, and the files that it caches
CHILD_BYTES = 30 * 2**20  # one Apache child with its threads
REFRESHER_BYTES = 200 * 2**20


@rule(
    "C14",
    ERROR,
    "A web server never swaps",
    reads="processes, ServerLimit, process_mb, the fleet's nodes and memcached",
    why="A web server that swaps is slower than one that refuses. mod_wsgi's processes share no "
    "memory: each takes its full size.",
    mend="Fewer processes, less memcached on the node, or more memory",
)
def node_does_not_swap(site: Configuration) -> Outcome:
    each = site.fleet.number("application", "process_mb")
    lent, memory = site.fleet.memcached_bytes_of_a_node(), site.fleet.node_memory_bytes
    web, most = web_bytes(site), USABLE_SHARE * memory.value
    needed = web + lent + REFRESHER_BYTES
    return expect(
        each.value >= 50 and needed <= most,
        f"{mib(web)} Apache and Python + {mib(lent)} memcached + {mib(REFRESHER_BYTES)} refresher "
        f"= {mib(needed)} ≤ {mib(most)} = {USABLE_SHARE:.0%} of {mib(memory.value)}",
        site.apache.processes,
        each,
        memory,
    )


def web_bytes(site: Configuration) -> float:
    """What Apache, its cache of pages and the processes of Python take on a node."""
    apache = site.apache
    each_mb = site.fleet.number("application", "process_mb").value
    children = 0 if apache.is_embedded else apache.whole("ServerLimit").value
    return (
        apache.processes.value * each_mb * 2**20 + children * CHILD_BYTES + apache.page_cache_used
    )


@rule(
    "C15",
    ERROR,
    "The virtual environment is one of the Python for which mod_wsgi was built",
    reads="python-home, pyvenv.cfg, LoadModule wsgi_module",
    why="mod_wsgi is built for one version of Python and loads packages of no other.",
    mend="Make the environment with the Python for which mod_wsgi was built.",
)
def python_agrees(site: Configuration) -> Outcome:
    daemon = site.apache.daemon
    home = daemon.options.get("python-home")
    if home is None:
        raise DoesNotApplyError(f"{daemon.where}: there is no python-home.")
    marker = Path(home) / "pyvenv.cfg"
    try:
        text = marker.read_text(encoding="utf-8")
    except OSError as error:
        raise DoesNotApplyError(f"{marker} is not on this machine: it is no node.") from error
    version = next((line for line in text.splitlines() if line.startswith("version")), "")
    found = Value("version", version.partition("=")[2].strip(), str(marker))
    wanted = _python_of_mod_wsgi(site) or Value(
        "Python", ".".join(platform.python_version_tuple()[:2]), "here"
    )
    holds = f"{found.value}.".startswith(f"{wanted.value}.")
    return expect(holds, f"{wanted.value}, as {wanted.where}", found, wanted)


def _python_of_mod_wsgi(site: Configuration) -> Value[str] | None:
    """By the name of the module to which the path leads; None where it does not tell."""
    for line in site.apache.named("LoadModule"):
        if line.arguments[0] == "wsgi_module" and len(line.arguments) > 1:
            module = Path(line.arguments[1]).resolve()
            if built := BUILT_FOR.search(module.name):
                return Value("mod_wsgi's Python", f"{built[1]}.{built[2]}", str(module))
    return None


@rule(
    "C59c",
    WARNING,
    "The kernel's queue of connections is as long as the servers ask for",
    reads="net.core.somaxconn, ListenBacklog, -b, back_log",
    why="The kernel silently shortens every longer queue.",
    mend="sysctl net.core.somaxconn=4096",
    is_live=True,
)
def kernel_queues_fit(site: Configuration) -> Outcome:
    try:
        kernel = Value("net.core.somaxconn", int(SOMAXCONN.read_text()), str(SOMAXCONN))
    except OSError as error:
        raise NotFoundError(f"{SOMAXCONN}: {error.strerror}") from error
    backlog = site.apache.whole("ListenBacklog")
    return expect(kernel.value >= backlog.value, f"≥ {backlog.value}", kernel, backlog)


@rule(
    "C59d",
    WARNING,
    "Apache's queue of connections is long enough for all that HAProxy sends",
    reads="ListenBacklog, maxconn of the servers",
    why="While Apache restarts, connections wait there. 511 is Apache's own.",
    mend="ListenBacklog 511",
)
def apache_queue_fits(site: Configuration) -> Outcome:
    backlog = site.apache.whole("ListenBacklog")
    least = max(500, 4 * site.slots.value)
    return expect(
        least <= backlog.value < 2 * least, f"{least} ≤ ListenBacklog < {2 * least}", backlog
    )
