"""What MySQL or MariaDB is told, and what its accounts may do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kickoff.brakes.parsers.ini import Option
from kickoff.brakes.parsers.sql import Account, Grant
from kickoff.brakes.parts.base import NO_LIMIT, Part
from kickoff.brakes.values import DEFAULT, NotFoundError, Size, Value, seconds, size, switch, whole

USER_CONNECTIONS = re.compile(r"MAX_USER_CONNECTIONS\s+(\d+)", re.IGNORECASE)
STATEMENT_TIME = re.compile(r"MAX_STATEMENT_TIME\s+([\d.]+)", re.IGNORECASE)
GROUPS = re.compile(r"(?P<server>mysqld|mariadb|mariadbd|server)(-(?P<version>\d+(\.\d+)?))?")
# Where MariaDB 10.11 and MySQL 8.4 agree, or MariaDB's where the rule is about the worse of both.
DEFAULTS = {
    "bind_address": "*",
    "binlog_format": "MIXED",
    "character_set_server": "latin1",
    "idle_transaction_timeout": "0",
    "innodb_buffer_pool_size": "128M",
    "innodb_flush_log_at_trx_commit": "1",
    "innodb_log_file_size": "96M",
    "join_buffer_size": "256K",
    "lock_wait_timeout": "86400",
    "innodb_lock_wait_timeout": "50",
    "local_infile": "ON",
    "long_query_time": "10",
    "max_allowed_packet": "16M",
    "max_connections": "151",
    "max_heap_table_size": "16M",
    "max_statement_time": "0",
    "innodb_io_capacity": "200",
    "max_connect_errors": "100",
    "mysqlx": "ON",
    "mysqlx_bind_address": "*",
    "port": "3306",
    "query_cache_type": "OFF",
    "read_buffer_size": "128K",
    "read_rnd_buffer_size": "256K",
    "skip_name_resolve": "OFF",
    "slow_query_log": "OFF",
    "sort_buffer_size": "2M",
    "sql_mode": "STRICT_TRANS_TABLES",
    "sync_binlog": "0",
    "table_open_cache": "2000",
    "thread_stack": "292K",
    "tmp_table_size": "16M",
    "transaction_isolation": "REPEATABLE-READ",
    "wait_timeout": "28800",
}
OTHER_NAMES = {
    "character_set_server": "default_character_set",
    "slow_query_log": "log_slow_query",
    "long_query_time": "log_slow_query_time",
    "transaction_isolation": "tx_isolation",
    "innodb_log_file_size": "innodb_redo_log_capacity",
}


@dataclass
class MySQL(Part):
    variables: dict[str, Value[str]] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)  # the files, for whichever server
    grants: list[Grant] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    status: dict[str, Value[str]] = field(default_factory=dict)  # of a running server

    def text(self, name: str) -> Value[str]:
        """NotFoundError where it is not written and has no default that counts."""
        self.require()
        for spelling in (name, OTHER_NAMES.get(name, name)):
            if spelling in self.variables:
                return self.variables[spelling]
        if name not in DEFAULTS:
            raise NotFoundError(f"{self.place}: there is no {name}.")
        return Value(name, DEFAULTS[name], DEFAULT)

    def is_set(self, name: str) -> bool:
        self.require()
        return name in self.variables or OTHER_NAMES.get(name) in self.variables

    @property
    def has_binary_log(self) -> bool:
        return self.is_set("log_bin") and self.text("log_bin").value.upper() not in ("OFF", "0")

    def whole(self, name: str) -> Value[int]:
        return self.text(name).map(lambda text: int(float(text)))

    def size(self, name: str) -> Value[Size]:
        return self.text(name).map(size)

    def switch(self, name: str) -> Value[bool]:
        return self.text(name).map(switch)

    def limit(self, name: str) -> Value[float]:
        """Seconds, where 0 means that there is no limit."""
        return self.text(name).map(lambda text: seconds(text) or NO_LIMIT)

    def user_connections(self, account: Account) -> Value[int]:
        """MAX_USER_CONNECTIONS; 0 where the account has none."""
        found = USER_CONNECTIONS.search(account.limits)
        name = f"MAX_USER_CONNECTIONS of {account.user}"
        return Value(name, int(found[1]) if found else 0, account.where)

    def statement_time(self, account: Account) -> Value[float]:
        """MAX_STATEMENT_TIME in seconds; no limit where the account has none."""
        found = STATEMENT_TIME.search(account.limits)
        name = f"MAX_STATEMENT_TIME of {account.user}"
        limit = float(found[1]) if found else 0
        return Value(name, limit or NO_LIMIT, account.where)

    def counter(self, name: str) -> Value[int]:
        if name not in self.status:
            raise NotFoundError(f"No running server told {name}.")
        return self.status[name].map(whole)

    @property
    def place(self) -> str:
        return ", ".join(file.name for file in self.reading.files[:2]) or "MySQL"


def variables(options: list[Option], version: str = "") -> dict[str, Value[str]]:
    """Options of the server as variables: later ones win, a name alone switches on.

    With its version, such as `10.11.6-MariaDB` or `8.4.3`, only those that this server reads.
    """
    found = dict[str, Value[str]]()
    for option in options:
        if not is_read(option.section, version):
            continue
        name = option.name.lower().replace("-", "_").removeprefix("loose_")
        value = option.value
        if name.startswith(("skip_", "disable_")) and value is None and name != "skip_name_resolve":
            found[name] = Value(name, "ON", option.where)
            name, value = name.partition("_")[2], "OFF"
        found[name] = Value(name, "ON" if value is None else value, option.where)
    return found


def is_read(section: str, version: str) -> bool:
    """Whether the server reads this group of options; any server when the version is empty."""
    group = GROUPS.fullmatch(section)
    if group is None or not version:
        return group is not None
    if group["server"].startswith("mariadb") and "mariadb" not in version.lower():
        return False
    return version.startswith(group["version"] or "")
