"""The accounts of the database: few rights, limits of their own, and addresses for names."""

from __future__ import annotations

import re

from kickoff.brakes.configuration import (
    ADMINISTRATORS,
    COMMANDS,
    MONITORING,
    Configuration,
)
from kickoff.brakes.parsers.sql import Account, Grant
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DoesNotApplyError, NotFoundError, Value

ADMIN_RIGHTS = frozenset(
    "ALL|ALL PRIVILEGES|SUPER|CONNECTION ADMIN|CONNECTION_ADMIN|GRANT OPTION|FILE".split("|")
)
ADDRESS = re.compile(r"localhost|%|[\d.%_]+(/[\d.]+)?|[0-9a-fA-F:]*:[0-9a-fA-F:%]*(/\d+)?")


@rule(
    "C52c",
    ERROR,
    "The site's account cannot take the administrators' last connection",
    reads="GRANT",
    why="One connection is kept for accounts with CONNECTION ADMIN or SUPER: not if the site has "
    "that right, too.",
    mend="GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES ON site.*",
)
def site_has_few_rights(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    user = str(site.settings.database.get("USER", ""))
    grants = [grant for grant in site.mysql.grants if grant.user == user]
    if not grants:
        raise NotFoundError(f"No GRANT for the user {user or '(nobody)'} was found.")
    # ALL on one database has no such right; ALL on *.* has it.
    bad = [
        grant
        for grant in grants
        if grant.rights & ADMIN_RIGHTS and (grant.on == "*.*" or "GRANT OPTION" in grant.rights)
    ]
    found = [
        Value(f"GRANT ON {grant.on}", ", ".join(sorted(grant.rights)), grant.where)
        for grant in (bad or grants)
    ]
    return expect(not bad, "rights on the site's own database only", *found)


@rule(
    "C52d",
    WARNING,
    "The site's account has a limit of its own that is large enough",
    reads="MAX_USER_CONNECTIONS, max_connections, processes, pool_size, nodes",
    why="Without it a leak takes the connections of administrators and monitoring, too.",
    mend="MAX_USER_CONNECTIONS = max_connections less those of people and monitoring",
)
def site_has_its_limit(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    user = str(site.settings.database.get("USER", ""))
    accounts = [account for account in site.mysql.accounts if account.user == user]
    if not accounts:
        raise NotFoundError(f"No CREATE USER for {user or '(nobody)'} was found.")
    limits = [site.mysql.user_connections(account) for account in accounts]
    needed = site.connections.value - MONITORING - ADMINISTRATORS
    most = site.mysql.whole("max_connections").value - MONITORING - ADMINISTRATORS
    return expect(
        all(needed <= limit.value <= most for limit in limits),
        f"{needed} ≤ MAX_USER_CONNECTIONS ≤ {most} = max_connections - {MONITORING} - "
        f"{ADMINISTRATORS}",
        *limits,
    )


@rule(
    "C52e",
    WARNING,
    "Other accounts leave the site its connections",
    reads="MAX_USER_CONNECTIONS of all accounts, max_connections",
    why="A command that runs wild takes connections that the sum gives to visitors.",
    mend="MAX_USER_CONNECTIONS 5 for migrations and commands",
)
def others_leave_connections(site: Configuration) -> Outcome:
    site.settings.require_mysql()
    user = str(site.settings.database.get("USER", ""))
    others = [
        site.mysql.user_connections(account)
        for account in site.mysql.accounts
        if account.user != user
    ]
    if not others:
        raise DoesNotApplyError("There is no other account.")
    own = sum(site.mysql.user_connections(each).value for each in site.mysql.accounts) - sum(
        limit.value for limit in others
    )
    left = site.mysql.whole("max_connections").value - MONITORING - ADMINISTRATORS - own
    return expect(
        all(limit.value >= COMMANDS for limit in others)
        and sum(limit.value for limit in others) <= max(left, COMMANDS),
        f"each at least {COMMANDS}, together at most {max(left, COMMANDS)}",
        *others,
    )


@rule(
    "C55",
    ERROR,
    "No name is looked up to connect",
    reads="skip_name_resolve, CREATE USER, GRANT",
    why="A slow name server makes every new connection slow. With skip_name_resolve, accounts by "
    "host name are ignored: then nobody can connect.",
    mend="skip_name_resolve, and accounts such as 'site'@'10.0.0.%'.",
)
def no_name_is_looked_up(site: Configuration) -> Outcome:
    skips = site.mysql.switch("skip_name_resolve")
    names: list[Account | Grant] = [*site.mysql.accounts, *site.mysql.grants]
    bad = [each for each in names if not ADDRESS.fullmatch(each.host)]
    found = [Value(f"account {each.user}", each.host, each.where) for each in bad]
    return expect(skips.value and not bad, "ON, and every account by address", skips, *found)
