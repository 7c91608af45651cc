"""Requests per second of the league page, with and without the cache in front, beside its peers."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from functools import partial

from fleet.bench.cpu import CpuTime
from fleet.bench.load import Load, Target, load
from fleet.bench.peers import BARE, CACHALOT, CACHEOPS, VIEWS, without_cachalot, without_cacheops
from fleet.bench.processes import BenchError
from fleet.bench.profiling import profiled
from fleet.bench.requirements import AtLeast, Requirement, Shown
from fleet.bench.rows.row import Row
from fleet.bench.sampling import Measured
from fleet.bench.world import World
from kickoff.testing.http import Answer

CLIENTS = 16  # more than there are threads in Python: none of them is ever idle
# The slowest page takes seconds with that many. Two are one for each daemon process; on a busy
# machine they need more time to get some answers.
SLOW_CLIENTS, SLOW_S, ENOUGH = 2, (3, 10, 30), 4
FRONT = "league page as shipped, Apache's cache in front, requests/s against"
INSIDE = "league page inside Django, past that cache, requests/s against"
EMPTY = "the empty Django view"

# Those that Python answers.
PROFILED = {"django", "signed_in", "menu", "teams"}

# What, against which peer, and what is required.
COMPARED: list[tuple[str, str, str, Requirement]] = [
    ("front", "empty", f"{FRONT} {EMPTY}", AtLeast(10)),
    ("front", "static", f"{FRONT} the same bytes as a static file of the site", AtLeast(1.5)),
    ("front", "naive", f"{FRONT} the naive twin", AtLeast(2_000)),
    ("django", "empty", f"{INSIDE} {EMPTY}", AtLeast(0.85)),
    ("django", "cache_page", f"{INSIDE} hits of `cache_page`, PyMemcacheCache", AtLeast(1.3)),
    ("django", "cachalot", f"{INSIDE} select_related with django-cachalot", AtLeast(10)),
    ("django", "cacheops", f"{INSIDE} select_related with django-cacheops", AtLeast(10)),
    ("django", "joined", f"{INSIDE} select_related without a cache", Shown()),
    (
        "signed_in",
        "empty",
        "the same, asked for by somebody signed in, whose session it does not read, against "
        f"{EMPTY}",
        AtLeast(0.75),
    ),
    ("menu", "empty", f"the menu of somebody signed in, hot, against {EMPTY}", AtLeast(0.75)),
    ("teams", "empty", f"*My teams*, hot, against {EMPTY}", AtLeast(0.75)),
    ("bare", "empty", f"a bare WSGI function against {EMPTY}", Shown()),
]

LIMITS = {
    ("front", "static"): (
        "The file is found by rewriting, as browsers get it compressed, and opened each time; the "
        "page is copied from shared memory. Most of the time goes into what they have in common: "
        "taking a request from the connection, handing it from the listener to a thread of the "
        "event MPM, and sending the answer; and into the client, which runs on the same machine. "
        "The table has the processor time of each: what Apache itself and the kernel take is what "
        "a node would be left with."
    ),
    ("menu", "empty"): (
        "The menu is the visitor's own, so nobody else's copy will do, and no process may remember "
        "who is signed in: to sign out has to work at once. So each request waits for memcached, "
        "once, for the session, the account and the menu together. The empty view waits for "
        "nobody, and does not look at the session. The page around the menu is everybody's, and is "
        "the row above."
    ),
    ("teams", "empty"): (
        "The same round trip, with the teams and a page that is four times as long."
    ),
}


class Throughput:
    name = "throughput"

    def __init__(self, world: World) -> None:
        self._seconds = world.plan.load_s
        node = self._node = world.node
        probe = world.match_day
        (league, *_), visitor = probe.ask("leagues"), probe.ask("signed_in")
        page = probe.ask("paths")[0][0]
        in_front, inside = node.in_front, node.past_the_cache
        cookie = visitor["headers"]
        self._targets = {
            "front": in_front(page),
            "static": in_front(node.serve_statically(node.page(page))),
            "django": inside(page),
            "empty": inside(f"{VIEWS.path}/empty/"),
            "cache_page": inside(f"{VIEWS.path}/kept-for-long/{league}/"),
            "joined": inside(f"{VIEWS.path}/joined/{league}/"),
            "naive": inside(f"{VIEWS.path}/naive/{league}/"),
            "bare": inside(BARE.path),
            "signed_in": inside(page, headers=cookie),
            "menu": inside(visitor["menu"], headers=cookie),
            "teams": inside(visitor["teams"], headers=cookie),
        }
        self._obstacles = {"cachalot": without_cachalot(), "cacheops": without_cacheops()}
        for name, mount in [("cachalot", CACHALOT), ("cacheops", CACHEOPS)]:
            if not self._obstacles[name]:
                self._targets[name] = inside(f"{mount.path}/joined/{league}/")
        for name, target in self._targets.items():
            _check(name, node.page(target.paths[0], **cookie), visitor["name"])
        plain = node.page(page)
        for name in ("front", "front", "static", "django"):  # The second time it is kept.
            _check_packed(name, plain, node.asked(self._targets[name]))
        if "Age" not in node.asked(self._targets["front"]).headers:
            raise BenchError("The cache in front keeps nothing.")

    @property
    def rows(self) -> Sequence[Row]:
        return [
            Row(
                key(one, other),
                what,
                "×",
                required,
                obstacle=self._obstacles.get(other, ""),
                limit=LIMITS.get((one, other), ""),
                profile=partial(self._profile, one) if one in PROFILED else None,
            )
            for one, other, what, required in COMPARED
        ]

    def measure(self) -> Mapping[str, Measured]:
        cpu: dict[str, dict[str, float]] = {}
        per_s: dict[str, float] = {}
        for name, target in self._targets.items():
            before = self._node.front_cpu()
            found = self._load(name, target)
            per_s[name] = found.per_s
            cpu[name] = per_request(name, self._node.front_cpu().since(before), found)
        return {
            key(one, other): Measured(
                per_s[one] / per_s[other],
                {f"{name} requests/s": per_s[name] for name in (one, other)}
                | (cpu[one] | cpu[other] if other == "static" else {}),
            )
            for one, other, _, _ in COMPARED
            if other in per_s
        }

    def _profile(self, name: str) -> str:
        return profiled(self._node.site_pids[0], self._targets[name])

    def _load(self, name: str, target: Target) -> Load:
        if name != "naive":
            return load(target, self._seconds, CLIENTS)
        for seconds in SLOW_S:
            found = load(target, max(self._seconds, seconds), SLOW_CLIENTS)
            if found.requests >= ENOUGH:
                return found
        raise BenchError(f"{target.paths[0]} takes longer than can be measured.")


def per_request(name: str, used: CpuTime, found: Load) -> dict[str, float]:
    """The processor time of Apache in front, and of the client."""
    return {
        f"{name} in Apache µs": 1e6 * used.user_s / found.requests,
        f"{name} in the kernel for Apache µs": 1e6 * used.system_s / found.requests,
        f"{name} in the client µs": found.client_us,
    }


def key(one: str, other: str) -> str:
    return f"{one}_to_{other}"


def _check(name: str, page: bytes, visitor: str) -> None:
    """Raises BenchError when a peer answers with another page, or a stranger's."""
    is_league = b"lineup-card" in page
    if is_league != (name not in {"empty", "bare", "menu", "teams"}):
        raise BenchError(f"{name} does not answer with its page: {page[:500]!r}")
    if name == "menu" and visitor.encode() not in page:
        raise BenchError(f"{name} knows nobody: {page[:500]!r}")


def _check_packed(name: str, plain: bytes, answer: Answer) -> None:
    """Raises BenchError when browsers do not get this page, compressed."""
    if answer.status != 200 or answer.headers.get("Content-Encoding") != "gzip":
        raise BenchError(f"{name} answers {answer.status}, not compressed: {answer.headers}")
    if gzip.decompress(answer.body) != plain:
        raise BenchError(f"{name} is another page than the site's.")
