"""The variables, counters and rights that MySQL or MariaDB tells Django's own account."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connections

from kickoff.brakes.answers import SilentError, differences
from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parsers.sql import grants_of
from kickoff.brakes.parts.mysql import variables
from kickoff.brakes.values import Value


def ask(site: Configuration) -> list[Value[object]]:
    try:
        connection = connections["default"]
    except ImproperlyConfigured as error:
        raise SilentError(f"Django cannot use its database: {error}") from error
    if connection.vendor != "mysql":
        raise SilentError(
            f"The database of this process is {connection.vendor}. Run brakes where DATABASE_URL "
            "names the server."
        )
    place = f"{connection.settings_dict['HOST'] or 'localhost'} (running)"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL VARIABLES")
            running = _values(cursor.fetchall(), place)
            cursor.execute("SHOW GLOBAL STATUS LIKE 'Max_used_connections'")
            status = _values(cursor.fetchall(), place)
            cursor.execute("SHOW GRANTS")
            grants = grants_of(";\n".join(row[0] for row in cursor.fetchall()))
    except Error as error:
        raise SilentError(f"The database did not answer: {error}") from error
    found = running_as(site, running)
    site.mysql.status, site.mysql.grants = status, grants
    return found


def running_as(site: Configuration, running: dict[str, Value[str]]) -> list[Value[object]]:
    """What differs from the options that this server reads: one file may be for two of them."""
    if "innodb_redo_log_capacity" in running:
        running.pop("innodb_log_file_size", None)  # MySQL still tells it, and does not use it.
    version = running.get("version")
    written = variables(site.mysql.options, version.value if version else "")
    site.mysql.absent = ""
    site.mysql.variables = running
    return differences(written, running)


def _values(rows: list[tuple[str, str]], place: str) -> dict[str, Value[str]]:
    return {name: Value(name, str(value), place) for name, value in rows}
