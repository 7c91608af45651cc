"""Where the database listens."""

from __future__ import annotations

import re

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parts.mysql import MySQL
from kickoff.brakes.registry import ERROR, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.rules.addresses import EVERYWHERE, is_private
from kickoff.brakes.values import DoesNotApplyError, Value

FOR_MYSQL = re.compile(r"mysqld-[89]")


@rule(
    "C63",
    ERROR,
    "The database listens on private addresses only",
    reads="bind_address",
    why="A database that the world can reach is being guessed at this minute.",
    mend="bind_address = the private address",
)
def database_is_private(site: Configuration) -> Outcome:
    address = site.mysql.text("bind_address")
    parts = [part.strip() for part in address.value.split(",")]
    holds = all(part not in EVERYWHERE and is_private(part) for part in parts)
    return expect(holds, "127.0.0.1 or an address of a private network", address)


@rule(
    "C63b",
    ERROR,
    "MySQL's second protocol listens nowhere, or on private addresses only",
    reads="mysqlx, mysqlx_bind_address",
    why="MySQL 8 opens port 33060 on every address by itself, whatever bind_address says.",
    mend="mysqlx = OFF",
)
def second_protocol_is_private(site: Configuration) -> Outcome:
    if not _speaks_x(site.mysql):
        raise DoesNotApplyError("MariaDB has no such protocol, and MySQL tells of none here.")
    plugin = site.mysql.text("mysqlx")
    address = site.mysql.text("mysqlx_bind_address")
    is_off = plugin.value.upper() in ("OFF", "0")
    holds = is_off or (address.value not in EVERYWHERE and is_private(address.value))
    return expect(holds, "OFF, or a private mysqlx_bind_address", plugin, address)


def _speaks_x(mysql: MySQL) -> bool:
    """A running server tells its address; a file says so, or has a group for MySQL 8."""
    if "version" in mysql.variables:
        return mysql.is_set("mysqlx_bind_address")
    is_for_mysql = any(FOR_MYSQL.match(option.section) for option in mysql.options)
    return is_for_mysql or mysql.is_set("mysqlx") or mysql.is_set("mysqlx_bind_address")


@rule(
    "C68",
    ERROR,
    "The server runs where Django looks for it",
    reads="port, DATABASES PORT",
    why="Nothing works otherwise.",
    mend="The same port on both sides",
)
def ports_agree(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    port = site.settings.database.get("PORT") or 3306
    client = Value("PORT", port, site.settings.engine.where).map(int)
    server = site.mysql.whole("port")
    return expect(client.value == server.value, "the same port", client, server)
