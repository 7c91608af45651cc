"""The sessions of the database: isolation, character set, what is ended when it takes too long."""

from __future__ import annotations

import math

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.rules.statements import statement_limit
from kickoff.brakes.values import DoesNotApplyError

# MySQL's own beside strict mode and ONLY_FULL_GROUP_BY; TRADITIONAL stands for all of them.
REFUSING = (
    "NO_ZERO_IN_DATE",
    "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_ENGINE_SUBSTITUTION",
)


@rule(
    "C56",
    WARNING,
    "The server begins transactions as Django wants them",
    reads="transaction_isolation, OPTIONS isolation_level",
    why="Where they differ, Django sends a SET with each new connection.",
    mend="transaction_isolation = READ-COMMITTED",
)
def isolation_agrees(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    server = site.mysql.text("transaction_isolation")
    django = site.settings.option("isolation_level")
    wanted = str(django.value or "read committed").upper().replace(" ", "-")
    return expect(server.value.upper() == wanted, wanted, server, django)


@rule(
    "C56b",
    ERROR,
    "What READ COMMITTED changes is logged row by row",
    reads="transaction_isolation, log_bin, binlog_format",
    why="The server refuses to write with READ COMMITTED and statements in its log.",
    mend="binlog_format = ROW",
)
def rows_are_logged(site: Configuration) -> Outcome:
    if not site.mysql.has_binary_log:
        raise DoesNotApplyError("log_bin is not set: there is no binary log.")
    isolation = site.mysql.text("transaction_isolation")
    form = site.mysql.text("binlog_format")
    holds = form.value.upper() == "ROW" or isolation.value.upper() != "READ-COMMITTED"
    return expect(holds, "ROW", form, isolation)


@rule(
    "C57",
    ERROR,
    "Every character can be stored",
    reads="character_set_server, OPTIONS charset",
    why="utf8mb3 and latin1 have no emoji: writing one is an error, or a question mark.",
    mend="character_set_server = utf8mb4 and OPTIONS charset utf8mb4",
)
def characters_fit(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    server, client = site.mysql.text("character_set_server"), site.settings.option("charset")
    # Django asks for utf8mb4 by itself.
    holds = server.value == "utf8mb4" and client.value in (None, "utf8mb4")
    return expect(holds, "utf8mb4 on both sides", server, client)


@rule(
    "C57b",
    ERROR,
    "What does not fit is refused, not cut off",
    reads="sql_mode",
    why="Without strict mode a text that is too long loses its end, and nobody is told.",
    mend="sql_mode = STRICT_TRANS_TABLES,…",
)
def mode_is_strict(site: Configuration) -> Outcome:
    modes = site.mysql.each("sql_mode")
    holds = all(
        any(word in mode.value.upper() for word in ("STRICT_", "TRADITIONAL")) for mode in modes
    )
    return expect(holds, "STRICT_TRANS_TABLES or STRICT_ALL_TABLES", *modes)


@rule(
    "C57c",
    WARNING,
    "A list of modes leaves out none that refuses nonsense",
    reads="sql_mode",
    why="It takes the place of the server's own list. A day 0000-00-00 that one server takes, "
    "the other refuses, and Django reads as None.",
    mend=f"sql_mode = STRICT_TRANS_TABLES,{','.join(REFUSING)}",
)
def modes_are_complete(site: Configuration) -> Outcome:
    if not site.mysql.is_set("sql_mode"):
        raise DoesNotApplyError("sql_mode is not set: the server has its own list.")
    modes = site.mysql.each("sql_mode")
    holds = all(
        {"TRADITIONAL"} <= words or words.issuperset(REFUSING)
        for words in ({*mode.value.upper().split(",")} for mode in modes)
    )
    return expect(holds, ", ".join(REFUSING), *modes)


@rule(
    "C58c",
    WARNING,
    "A transaction that nobody goes on with is ended",
    reads="idle_transaction_timeout, request-timeout, threads",
    why="It holds its locks. A time-out below the longest request cuts off work that goes on.",
    mend="idle_transaction_timeout = 60",
)
def idle_transactions_end(site: Configuration) -> Outcome:
    idle = site.mysql.limit("idle_transaction_timeout")
    request = site.apache.daemon.limit("request-timeout")
    fail_safe = request.value * (1 + math.log(max(site.apache.threads.value, 1)))
    return expect(
        fail_safe <= idle.value < 8 * request.value,
        f"{fail_safe:.0f} (request-timeout × (1 + ln threads)) ≤ idle_transaction_timeout < "
        f"{8 * request.value:g}",
        idle,
        request,
    )


@rule(
    "C62",
    WARNING,
    "Slow queries are written down",
    reads="slow_query_log, long_query_time, max_statement_time",
    why="Statements that are cut off were slow before: the log names them in time.",
    mend="slow_query_log = ON, long_query_time = 0.5",
)
def slow_queries_are_logged(site: Configuration) -> Outcome:
    log, statement = site.mysql.switch("slow_query_log"), statement_limit(site)
    long = site.mysql.text("long_query_time").map(float)
    return expect(
        log.value and 0.3 <= long.value < min(1, statement.value),
        "ON; 0.3 ≤ long_query_time < 1",
        log,
        long,
    )
