"""The database server by itself: memory and files."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import mib

# What one connection may take beside the buffer pool.
PER_CONNECTION = ("sort_buffer_size", "join_buffer_size", "read_buffer_size", "thread_stack")


@rule(
    "C59",
    WARNING,
    "The database may open all its files",
    reads="open_files_limit, max_connections, table_open_cache",
    why="Too few and it silently shrinks the table cache, or refuses connections.",
    mend="open_files_limit = max_connections + 2 × table_open_cache + 10, rounded up",
)
def files_can_be_opened(site: Configuration) -> Outcome:
    most = site.mysql.whole("open_files_limit")
    connections, tables = map(site.mysql.whole, ("max_connections", "table_open_cache"))
    needed = connections.value + 2 * tables.value + 10
    return expect(
        needed <= most.value and tables.value >= 2000,
        f"{needed} = {connections.value} + 2 × {tables.value} + 10 ≤ open_files_limit; "
        "table_open_cache ≥ 2000",
        most,
        connections,
        tables,
    )


@rule(
    "C59b",
    WARNING,
    "After a restart all pools can connect at once",
    reads="back_log, processes, pool_size, nodes",
    why="What the queue of the operating system does not hold is refused.",
    mend="back_log = max_connections, at least 80",
)
def reconnecting_fits(site: Configuration) -> Outcome:
    queue, most = site.mysql.whole("back_log"), site.mysql.whole("max_connections")
    storm = site.nodes.value * site.connections_per_node.value
    least = max(80, storm)
    return expect(
        least <= queue.value <= max(80, int(1.5 * most.value)),
        f"{least} = max(80, {storm} of all nodes) ≤ back_log ≤ {max(80, int(1.5 * most.value))}",
        queue,
        most,
    )


@rule(
    "C60",
    WARNING,
    "The buffer pool takes its share of the memory",
    reads="innodb_buffer_pool_size, the fleet's database",
    why="What does not fit is read from the disk; what is too large swaps.",
    mend="Three quarters of a machine of its own (half up to 4 GB), a quarter beside others",
)
def buffer_pool_fits(site: Configuration) -> Outcome:
    pool, memory = site.mysql.size("innodb_buffer_pool_size"), site.fleet.database_memory_bytes
    share = pool.value / max(memory.value, 1)
    least, most = (0.15, 0.3) if site.fleet.database_is_shared else (0.45, 0.8)
    return expect(
        least <= share <= most,
        f"{least:.0%} ≤ {mib(pool.value)} / {mib(memory.value)} = {share:.0%} ≤ {most:.0%}",
        pool,
        memory,
    )


@rule(
    "C60b",
    ERROR,
    "The database never swaps",
    reads="innodb_buffer_pool_size, max_connections, buffers per connection, the fleet's database",
    why="A database that swaps is slower than one that waits.",
    mend="Lower max_connections, the buffers or the buffer pool.",
)
def database_does_not_swap(site: Configuration) -> Outcome:
    memory = site.fleet.database_memory_bytes
    pool = site.mysql.size("innodb_buffer_pool_size")
    each = sum(site.mysql.size(name).value for name in PER_CONNECTION)
    # Buffers are taken for one statement: a quarter of the connections run one at a time.
    most = site.mysql.whole("max_connections")
    needed = pool.value + most.value * each / 4
    return expect(
        needed <= 0.95 * memory.value,
        f"{mib(pool.value)} + {most.value} × {mib(each)} / 4 = {mib(needed)} ≤ 95 % of "
        f"{mib(memory.value)}",
        pool,
        most,
        memory,
    )


@rule(
    "C60c",
    WARNING,
    "The redo log holds a peak of writes",
    reads="innodb_log_file_size or innodb_redo_log_capacity, innodb_buffer_pool_size",
    why="A small one makes the server flush pages in the middle of the peak; recovery reads all "
    "of a large one.",
    mend="A quarter of the buffer pool, 256 MiB to 4 GiB",
)
def redo_log_fits(site: Configuration) -> Outcome:
    pool = site.mysql.size("innodb_buffer_pool_size")
    names = ("innodb_log_file_size", "innodb_redo_log_capacity")
    written = [name for name in names if name in site.mysql.variables]
    logs = [site.mysql.size(name) for name in written or names[:1]]
    wanted = min(2**32, max(2**28, pool.value // 4))
    return expect(
        all(wanted / 2 < log.value < 2 * wanted for log in logs),
        f"more than half and less than twice {mib(wanted)}: a quarter of {mib(pool.value)}",
        *logs,
        pool,
    )


@rule(
    "C60d",
    ERROR,
    "What was committed survives a crash",
    reads="innodb_flush_log_at_trx_commit, sync_binlog",
    why="0 and 2 lose the last second: marks and changes that visitors saw.",
    mend="innodb_flush_log_at_trx_commit = 1, sync_binlog = 1",
)
def commits_are_durable(site: Configuration) -> Outcome:
    flush = site.mysql.whole("innodb_flush_log_at_trx_commit")
    if not site.mysql.has_binary_log:
        return expect(flush.value == 1, "1", flush)
    sync = site.mysql.whole("sync_binlog")
    return expect(flush.value == 1 and sync.value == 1, "both 1", flush, sync)


@rule(
    "C64",
    WARNING,
    "No server reads files of its clients' machines",
    reads="local_infile of the server, OPTIONS local_infile",
    why="A client that allows LOAD DATA LOCAL sends any file that the server asks for.",
    mend="local_infile = OFF on the server, and none in OPTIONS",
)
def no_local_files(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    server = site.mysql.switch("local_infile")
    client = site.settings.option("local_infile")
    return expect(not server.value and not client.value, "off on both sides", server, client)


@rule(
    "C65",
    WARNING,
    "The query cache is off",
    reads="query_cache_type",
    why="One lock for all queries. MySQL 8 has removed it.",
    mend="query_cache_type = OFF",
)
def query_cache_is_off(site: Configuration) -> Outcome:
    found = site.mysql.text("query_cache_type")
    return expect(found.value.upper() in {"OFF", "0"}, "OFF", found)


@rule(
    "C66",
    WARNING,
    "A temporary table may be as large in memory as it is said",
    reads="tmp_table_size, max_heap_table_size",
    why="The smaller of both counts.",
    mend="Give both the same size.",
)
def temporary_tables_fit(site: Configuration) -> Outcome:
    one, other = map(site.mysql.size, ("tmp_table_size", "max_heap_table_size"))
    return expect(one.value == other.value, "tmp_table_size = max_heap_table_size", one, other)


@rule(
    "C67",
    WARNING,
    "A packet is large enough for a page, and no larger than a mistake",
    reads="max_allowed_packet",
    why="A connection may take so much memory for a single statement.",
    mend="max_allowed_packet = 16M",
)
def packets_fit(site: Configuration) -> Outcome:
    found = site.mysql.size("max_allowed_packet")
    return expect(2**24 <= found.value <= 2**26, "16 MiB to 64 MiB", found)


@rule(
    "C69",
    WARNING,
    "The database uses what solid disks can do",
    reads="innodb_io_capacity",
    why="200, MariaDB's own, is for a single rotating disk: dirty pages pile up in a peak.",
    mend="innodb_io_capacity = 2000",
)
def disks_are_used(site: Configuration) -> Outcome:
    found = site.mysql.whole("innodb_io_capacity")
    return expect(found.value >= 2000, "≥ 2000", found)


@rule(
    "C69b",
    WARNING,
    "No node is locked out for the mistakes of its network",
    reads="max_connect_errors",
    why="After so many broken connections the server refuses the whole address.",
    mend="max_connect_errors = 1000000",
)
def nodes_are_not_locked_out(site: Configuration) -> Outcome:
    found = site.mysql.whole("max_connect_errors")
    return expect(found.value >= 1_000_000, "≥ 1000000", found)
