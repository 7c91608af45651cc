"""HAProxy's probes: they tell the truth about one node, and there is a way out when all fail."""

from __future__ import annotations

import math
import re
from fnmatch import fnmatch

from kickoff.brakes.configuration import Configuration
from kickoff.brakes.parsers.haproxy import Section
from kickoff.brakes.parts.haproxy import FEWER_THAN
from kickoff.brakes.registry import ERROR, WARNING, rule
from kickoff.brakes.results import Outcome, expect
from kickoff.brakes.values import DEFAULT, DoesNotApplyError, NotFoundError, Value

OWN_STATUSES = "200-399"  # what HAProxy takes for health where nothing is written
READY_PATHS = ("readyz", "livez")
DETECTION_S = (3.0, 15.0)  # a dead node gets requests no longer, a slow answer is no death


def probe(site: Configuration, backend: Section | None = None) -> tuple[Value[str], Value[str]]:
    """The path and the Host of a backend's health probe."""
    section = backend or site.haproxy.backend
    option = site.haproxy.has_option("httpchk", section)
    if option is None:
        raise NotFoundError(f"{section.where}: the servers are not probed by HTTP.")
    path = next((word for word in option.words if word.startswith("/")), "/")
    where, host = option.where, ""
    if line := section.effective("http-check", "send"):
        where, path = line.where, line.after("uri") or path
        host = (line.after("Host") or "") if "hdr" in line.words else ""
    return Value("probe's path", path, where), Value("probe's Host", host, where)


@rule(
    "C31",
    ERROR,
    "The health probe has a Host that Django answers",
    reads="http-check send hdr Host, ALLOWED_HOSTS",
    why="Django answers 400 to a Host that it does not know: every node is down at once.",
    mend="http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host example.com",
)
def probe_has_a_host(site: Configuration) -> Outcome:
    _, host = probe(site)
    allowed = site.settings.get("ALLOWED_HOSTS")
    return expect(
        bool(host.value) and is_allowed(host.value, allowed.value),
        "a Host that ALLOWED_HOSTS has",
        host,
        allowed,
    )


def is_allowed(host: str, allowed: list[str]) -> bool:
    name = host.lower().rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host.lower()
    return any(
        pattern == "*" or name == pattern.lower().lstrip(".") or name.endswith(pattern.lower())
        if pattern.startswith((".", "*"))
        else fnmatch(name, pattern.lower())
        for pattern in allowed
    )


@rule(
    "C32",
    ERROR,
    "The health probe asks a node about itself only",
    reads="http-check send uri, option httpchk",
    why="A probe that asks the database takes every node out when the database hiccups.",
    mend="Ask /readyz. Leave /healthz to monitoring.",
)
def probe_is_local(site: Configuration) -> Outcome:
    path, _ = probe(site)
    holds = path.value.strip("/").split("/")[-1] in READY_PATHS
    return expect(holds, " or ".join(f"/{name}" for name in READY_PATHS), path)


@rule(
    "C33",
    ERROR,
    "When most nodes say that they are not ready, all are asked",
    reads="use_backend … if { nbsrv(…) lt N }, nbsrv",
    why="HAProxy has no panic threshold: if a shared fault makes all nodes unready, every visitor "
    "gets 503, and before that the last ready node gets everything.",
    mend="acl few nbsrv(app) lt 2, use_backend app_any if few; app_any has no `check`.",
)
def balancer_fails_open(site: Configuration) -> Outcome:
    needed = math.ceil(len(site.haproxy.nodes) / 2)
    try:
        _, _, threshold = site.haproxy.fail_open
    except DoesNotApplyError:
        found = Value("fail-open backend", "", site.haproxy.backend.where)
        return expect(False, f"use_backend … if fewer than {needed} are ready", found)
    return expect(
        threshold.value == needed,
        f"{needed} = half of {len(site.haproxy.nodes)} nodes, rounded up",
        threshold,
    )


@rule(
    "C33b",
    ERROR,
    "The backend of last resort has the same nodes, and does not ask whether they are ready",
    reads="server lines of both backends, http-check send of both",
    why="A node that is missing there is missing when all are needed. The same question would take "
    "the same nodes out.",
    mend="Repeat the server lines, without `check` or with a probe that Apache answers alone.",
)
def last_resort_has_all_nodes(site: Configuration) -> Outcome:
    _, backend, _ = site.haproxy.fail_open
    first = {(server.name, server.address) for server in site.haproxy.nodes}
    second = site.haproxy.servers(backend)
    found = Value(
        "servers", [f"{server.name} {server.address}" for server in second], backend.where
    )
    values: list[Value[object]] = [found]
    holds = first == {(server.name, server.address) for server in second}
    if any(server.is_checked for server in second):
        path, _ = probe(site, backend)
        values.append(path)
        holds = holds and path.value != probe(site)[0].value
    nodes = ", ".join(f"{name} {address}" for name, address in sorted(first))
    return expect(holds, f"{nodes}, and another probe or none", *values)


@rule(
    "C33c",
    ERROR,
    "Probes expect what the nodes answer, and draining nodes get nothing new",
    reads="http-check expect status, http-check disable-on-404, RewriteRule R=",
    why="A probe that expects another status takes all nodes out at once.",
    mend="http-check expect status 200 for /readyz, http-check disable-on-404",
)
def probes_expect_the_answer(site: Configuration) -> Outcome:
    found, holds = list[Value[object]](), True
    for section in site.haproxy.checked:
        path, _ = probe(site, section)
        answer = _apache_answer(site, path.value) or 200
        line = section.effective("http-check", "expect", "status")
        expected = (line and line.after("status")) or OWN_STATUSES
        status = Value("expect status", expected, line.where if line else path.where)
        drains = section.effective("http-check", "disable-on-404")
        found += [path, status, Value("disable-on-404", bool(drains), path.where)]
        holds = holds and _accepts(expected, answer) and drains is not None
    return expect(holds, "the status that each path answers, and disable-on-404", *found)


def _accepts(expected: str, answer: int) -> bool:
    """`200`, `200-399` or `200,204`, as HAProxy reads it."""
    for part in expected.split(","):
        first, _, last = part.partition("-")
        if first.isdigit() and int(first) <= answer <= int(last if last.isdigit() else first):
            return True
    return False


def _apache_answer(site: Configuration, path: str) -> int | None:
    """The status with which Apache itself answers a path when the node does not drain."""
    if site.apache.absent:
        return None
    for line in reversed(site.apache.named("RewriteRule")):
        status = re.search(r"R=(\d+)", line.text)
        try:
            if status and re.match(line.arguments[0], path):
                return int(status[1])
        except re.error:  # Apache's patterns are Perl's, which can say more
            continue
    return None


@rule(
    "C33d",
    WARNING,
    "Somebody hears when there is no node to spare",
    reads="monitor fail if { nbsrv(…) lt N }",
    why="The fleet serves on with one node less, and nobody notices until the next one fails.",
    mend="monitor fail if { nbsrv(app) lt 3 }, for 3 nodes",
)
def spare_is_watched(site: Configuration) -> Outcome:
    count = len(site.haproxy.nodes)
    for frontend in site.haproxy.frontends:
        for line in frontend.find("monitor", "fail"):
            if found := FEWER_THAN.search(" ".join(line.words)):
                value = Value("monitor fail below", int(found[2]), line.where)
                return expect(value.value == count, f"{count} nodes", value)
    raise DoesNotApplyError("There is no monitor-uri with monitor fail.")


@rule(
    "C34",
    ERROR,
    "A probe ends before the next one",
    reads="timeout check, inter",
    why="Probes that overlap pile up on a node that is slow already.",
    mend="timeout check 2s, inter 3s",
)
def probes_do_not_overlap(site: Configuration) -> Outcome:
    check = site.haproxy.timeout("check")
    inters = [node.seconds("inter") for node in site.haproxy.probed_nodes()]
    shortest = min(inter.value for inter in inters)
    return expect(check.value < shortest, f"timeout check < inter {shortest:g}", check, *inters)


@rule(
    "C34b",
    ERROR,
    "One lost probe takes no node out, one good one brings none back",
    reads="fall, rise",
    why="With 1 a node flaps in and out, and each time its queue moves.",
    mend="fall 3 rise 2",
)
def probes_are_repeated(site: Configuration) -> Outcome:
    nodes = site.haproxy.probed_nodes()
    pairs = [(node.whole("fall"), node.whole("rise")) for node in nodes]
    return expect(
        all(2 <= rise.value <= fall.value for fall, rise in pairs),
        "2 ≤ rise ≤ fall: not slower back than out",
        *(value for pair in pairs for value in pair),
    )


@rule(
    "C34c",
    WARNING,
    "A dead node is noticed soon, and a slow one not at once",
    reads="inter, fastinter, fall",
    why="Until then its requests are tried there first.",
    mend="inter 3s fastinter 500ms fall 3: noticed between 3 and 15 s",
)
def death_is_noticed(site: Configuration) -> Outcome:
    least, most = DETECTION_S
    found, holds, sums = list[Value[object]](), True, list[str]()
    for node in site.haproxy.probed_nodes():
        inter, fall, fast = node.seconds("inter"), node.whole("fall"), node.seconds("fastinter")
        noticed = inter.value * fall.value
        # In doubt HAProxy asks more often: not so often that a slow node gets slower.
        in_doubt = fast.where == DEFAULT or 0.3 <= fast.value < 1
        holds = holds and least <= noticed < most and inter.value <= 5 and in_doubt
        sums.append(f"{least:g} ≤ {inter.value:g} × {fall.value} = {noticed:g} < {most:g}")
        found += [inter, fall, fast]
    return expect(holds, f"{'; '.join(sums)}; inter ≤ 5; fastinter 0.3 to 1", *found)
