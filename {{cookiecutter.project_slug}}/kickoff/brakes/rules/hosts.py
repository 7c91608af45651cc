"""Whom Apache asks and answers: host names, .htaccess, direct hosts, its own status."""

from __future__ import annotations

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.rules.everywhere import all_are
from kickoff.brakes.rules.probes import is_allowed
from kickoff.brakes.values import DoesNotApplyError, Value


@rule(
    "C16",
    ERROR,
    "Apache looks up no host names",
    reads="HostnameLookups",
    why="A question to a name server for each visitor, and a wait when that is slow.",
    mend="HostnameLookups Off",
)
def no_host_names(site: Configuration) -> Outcome:
    return all_are(site.apache, "HostnameLookups", "Off")


@rule(
    "C16b",
    ERROR,
    "Apache looks for no .htaccess",
    reads="AllowOverride",
    why="Otherwise it looks in every folder of the path, for each request.",
    mend="AllowOverride None",
)
def no_htaccess(site: Configuration) -> Outcome:
    return all_are(site.apache, "AllowOverride", "None")


@rule(
    "C16c",
    WARNING,
    "Apache keeps no record of each request for its status page",
    reads="ExtendedStatus",
    why="Two looks at the clock for each request. On by itself as soon as mod_status is loaded.",
    mend="ExtendedStatus Off",
)
def no_extended_status(site: Configuration) -> Outcome:
    if "status_module" in site.apache.modules and site.apache.wide("ExtendedStatus") is None:
        return expect(False, "Off", Value("ExtendedStatus", "On", "default with mod_status"))
    return all_are(site.apache, "ExtendedStatus", "Off")


@rule(
    "C39",
    WARNING,
    "Each node can be asked directly, and Django answers",
    reads="ServerName, ServerAlias, ALLOWED_HOSTS",
    why="Without web1.<domain> nobody can tell which node is ill.",
    mend="A virtual host web1.<domain> for named networks, and the name in ALLOWED_HOSTS",
)
def nodes_can_be_asked(site: Configuration) -> Outcome:
    lines = site.apache.named("ServerName") + site.apache.named("ServerAlias")
    names = [name for line in lines for name in line.arguments]
    allowed = site.settings.get("ALLOWED_HOSTS")
    domain = site.fleet.text("site", "domain").value
    needed = [f"{row['name'].value}.{domain}" for row in site.fleet.rows("nodes")]
    generic = any("${" in name or "*" in name or "%" in name for name in names)
    missing = [name for name in needed if name not in names and not generic]
    refused = [name for name in needed if not is_allowed(name, allowed.value)]
    found = Value("names", names, site.apache.place)
    return expect(not missing and not refused, ", ".join(needed), found, allowed)


@rule(
    "C42",
    ERROR,
    "Apache's status and configuration are closed to the world",
    reads="SetHandler server-status, server-info, Require",
    why="They show addresses, requests and the configuration to anybody.",
    mend="Require local",
)
def status_is_closed(site: Configuration) -> Outcome:
    handlers = [
        line
        for line in site.apache.named("SetHandler")
        if line.text in ("server-status", "server-info")
    ]
    if not handlers:
        raise DoesNotApplyError("There is no SetHandler server-status.")
    requires = site.apache.named("Require")
    bad = [
        line
        for line in handlers
        if not any(
            each.sections == line.sections
            and each.arguments[:1] in (("local",), ("ip",), ("host",))
            for each in requires
        )
    ]
    return expect(
        not bad, "Require local or ip beside it", *map(site.apache.as_value, bad or handlers)
    )
