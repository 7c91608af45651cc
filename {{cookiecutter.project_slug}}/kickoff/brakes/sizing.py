"""The sizing table: slots, connections, memory and waits, as the configuration has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import failure
from kickoff.brakes.rules.machines import USABLE_SHARE, web_bytes
from kickoff.brakes.rules.waiting import waits
from kickoff.brakes.values import DoesNotApplyError, NotFoundError, Value, mib, shown


@dataclass(frozen=True)
class Row:
    what: str
    value: str  # empty when it could not be found
    how: str  # the sum, or the place; or why it is not there


def sizing(site: Configuration) -> dict[str, list[Row]]:
    """Rows by group. What cannot be found has an empty value, and says why."""
    return {
        "Slots": [
            _row("nodes", lambda: site.nodes),
            _row("slots per node", lambda: _slots_per_node(site)),
            _row("slots in total", lambda: _slots(site)),
            _row("front threads per node", lambda: site.apache.whole("MaxRequestWorkers")),
        ],
        "Connections": [
            _row("to the database, per node", lambda: site.connections_per_node),
            _row("to the database, in total", lambda: site.connections),
            _row("max_connections", lambda: site.mysql.whole("max_connections")),
            _row("to each memcached", lambda: site.memcached_connections),
            _row("memcached -c", lambda: site.memcached.whole("-c")),
        ],
        "Memory": [
            _row("a node: Apache and Python", lambda: _web_memory(site)),
            _row("a node: memcached", lambda: _lent_memory(site)),
            _row("a node: usable", lambda: _usable(site)),
            _row("all nodes: Apache and Python", lambda: _web_memory(site, in_total=True)),
            _row("memcached -m, each", lambda: site.memcached.memory_bytes),
            _row("the buffer pool", lambda: site.mysql.size("innodb_buffer_pool_size")),
        ],
        "Waits, from the inside to the outside": [
            Row(value.name, _seconds(value.value), value.where) for value in waits(site)
        ],
    }


def _row(what: str, read: Callable[[], Value[object]]) -> Row:
    try:
        value = read()
    except (NotFoundError, DoesNotApplyError) as error:
        return Row(what, "", str(error))
    except Exception as error:
        return Row(what, "", failure(error))
    return Row(what, shown(value.value), value.where)


def _seconds(value: float) -> str:
    text = shown(value)
    return text if text == "no limit" else f"{text} s"


def _slots_per_node(site: Configuration) -> Value[object]:
    processes, threads = site.apache.processes.value, site.apache.threads.value
    where = f"{processes} processes × {threads} threads, {site.slots.where}"
    return Value("slots", site.slots.value, where)


def _slots(site: Configuration) -> Value[object]:
    nodes, slots = site.nodes.value, site.slots.value
    return Value("slots", nodes * slots, f"{nodes} nodes × {slots}")


def _web_memory(site: Configuration, *, in_total: bool = False) -> Value[object]:
    nodes = site.nodes.value if in_total else 1
    each = site.fleet.number("application", "process_mb")
    return Value(
        "memory",
        mib(nodes * web_bytes(site)),
        f"{nodes} × ({site.apache.processes.value} processes × {each.value:g} MB, Apache's "
        "children, its cache)",
    )


def _lent_memory(site: Configuration) -> Value[object]:
    return Value("memory", mib(site.fleet.memcached_bytes_of_a_node()), site.fleet.place)


def _usable(site: Configuration) -> Value[object]:
    memory = site.fleet.node_memory_bytes
    return Value(
        "memory", mib(USABLE_SHARE * memory.value), f"{USABLE_SHARE:.0%} of {mib(memory.value)}"
    )
