"""Statements end: before the request that waits for them, on both servers, for every account."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.base import NO_LIMIT
from kickoff.brakes.registry import WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, Value, seconds, shown


@rule(
    "C58",
    WARNING,
    "A statement ends before the request that waits for it",
    reads="max_statement_time or max_execution_time, request-timeout",
    why="Without a limit a query goes on for hours after its visitor has left.",
    mend="max_statement_time = 5 (MariaDB), max_execution_time = 5000 (MySQL, in ms)",
)
def statements_end(site: Configuration) -> Outcome:
    statement = statement_limit(site)
    request = site.apache.daemon.limit("request-timeout")
    return expect(
        statement.value < request.value,
        f"max_statement_time < {request.value:g} request-timeout",
        statement,
        request,
    )


def statement_limit(site: Configuration) -> Value[float]:
    if site.mysql.is_set("max_statement_time") or not site.mysql.is_set("max_execution_time"):
        return site.mysql.limit("max_statement_time")
    return site.mysql.whole("max_execution_time").map(lambda ms: ms / 1000 or NO_LIMIT)


@rule(
    "C58b",
    WARNING,
    "Django's client does not wait for ever for the database",
    reads="OPTIONS connect_timeout, read_timeout, write_timeout, max_statement_time",
    why="mysqlclient has no limits of its own: a frozen database freezes every thread.",
    mend="OPTIONS: connect_timeout 3, read_timeout and write_timeout above max_statement_time",
)
def client_gives_up(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    names = ("connect_timeout", "read_timeout", "write_timeout")
    options = [site.settings.option(name).map(lambda limit: float(limit or 0)) for name in names]
    statement = statement_limit(site)
    connect, read, _ = (option.value for option in options)
    holds = all(option.value for option in options) and connect < read
    return expect(
        bool(holds) and statement.value <= read,
        f"all set; connect_timeout < read_timeout, read_timeout ≥ {shown(statement.value)}",
        *options,
        statement,
    )


@rule(
    "C58d",
    WARNING,
    "A lock is waited for no longer than a statement may take",
    reads="innodb_lock_wait_timeout, max_statement_time, max_execution_time",
    why="50 s is the default: far longer than any visitor waits. MySQL's max_execution_time is for "
    "SELECT only, and a change that waits for a lock is none.",
    mend="innodb_lock_wait_timeout = 5",
)
def locks_are_given_up(site: Configuration) -> Outcome:
    is_for_mysql = site.mysql.is_set("max_execution_time")
    if not is_for_mysql and site.mysql.limit("max_statement_time").value != NO_LIMIT:
        raise DoesNotApplyError("MariaDB alone: max_statement_time ends waits for locks, too.")
    lock, statement = site.mysql.limit("innodb_lock_wait_timeout"), statement_limit(site)
    if statement.value == NO_LIMIT:
        raise DoesNotApplyError("Statements have no limit, see C58.")
    return expect(
        statement.value / 2 < lock.value <= statement.value,
        f"{statement.value / 2:g} < innodb_lock_wait_timeout ≤ {statement.value:g}",
        lock,
        statement,
    )


@rule(
    "C58e",
    WARNING,
    "MariaDB and MySQL end statements at the same time",
    reads="max_statement_time, max_execution_time",
    why="One file for both servers, in different units: seconds here, milliseconds there.",
    mend="max_execution_time = 1000 × max_statement_time",
)
def both_servers_agree(site: Configuration) -> Outcome:
    names = ("max_statement_time", "max_execution_time")
    site.mysql.require()
    if any(name not in site.mysql.variables for name in names):
        raise DoesNotApplyError("The file is for one of them.")
    mariadb, mysql = site.mysql.text(names[0]).map(seconds), site.mysql.whole(names[1])
    return expect(
        mysql.value == 1000 * mariadb.value, f"{1000 * mariadb.value:g} ms", mariadb, mysql
    )


@rule(
    "C58f",
    WARNING,
    "The site's account has no other limit for statements than the server",
    reads="MAX_STATEMENT_TIME, max_statement_time",
    why="The account's own limit wins: with two, the sums beside the other are wrong.",
    mend="The same number in both places",
)
def account_has_the_same_limit(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    user = str(site.settings.database.get("USER", ""))
    limits = [
        limit
        for account in site.mysql.accounts
        if account.user == user and (limit := site.mysql.statement_time(account)).value != NO_LIMIT
    ]
    if not limits:
        raise DoesNotApplyError("The account has no limit of its own.")
    statement = statement_limit(site)
    return expect(
        all(limit.value == statement.value for limit in limits),
        f"{shown(statement.value)} s",
        *limits,
        statement,
    )


@rule(
    "C58g",
    WARNING,
    "Migrations have time, and an end",
    reads="MAX_STATEMENT_TIME of other accounts",
    why="With the site's few seconds no index can be built. Without any limit a lock stays.",
    mend="MAX_STATEMENT_TIME 3600 for the account of migrations",
)
def migrations_have_time(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    user = str(site.settings.database.get("USER", ""))
    others = [
        site.mysql.statement_time(account)
        for account in site.mysql.accounts
        if account.user != user
    ]
    if not others:
        raise DoesNotApplyError("There is no other account.")
    return expect(
        all(600 <= limit.value <= 86_400 for limit in others), "10 minutes to a day", *others
    )
