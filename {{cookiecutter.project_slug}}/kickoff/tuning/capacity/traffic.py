"""What visitors ask of the fleet: three laws that hold for every system, and the cache's share.

Closed interactive law: N visitors who think Z seconds and wait R ask X = N / (Z + R) per second.
Utilisation law: a resource that each request takes for D seconds is busy for X × D in a second, so
on average X × D of its cores or slots are taken.
A cache that keeps a page for T seconds and is asked for it λ times per second has to ask Python for
a share of 1 / (1 + λT): once it does, then it answers λT requests by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kickoff.tuning.capacity.times import PARTS, Cost, Page, ServiceTimes

CACHE_S = 1.0  # max-age of public pages: how long Apache keeps them


@dataclass(frozen=True)
class Traffic:
    """One second of a peak, all nodes together."""

    requests_per_s: float
    python_per_s: float
    python_ms: float  # how long one that reaches Python takes, on average
    slots: float  # busy on average
    cpu: Mapping[str, float]  # cores that are busy on average, of each of PARTS
    sent_mb_per_s: float


def response_s(times: ServiceTimes) -> float:
    """R when nobody waits, with public pages from the cache: less than the truth, so that X errs
    upwards."""
    return (
        sum(page.share * (page.from_cache or page.from_python).response_ms for page in times.pages)
        / 1000
    )


def requests_per_s(times: ServiceTimes, users: float, think_s: float) -> float:
    """X = N / (Z + R)"""
    return users / (think_s + response_s(times))


def traffic(times: ServiceTimes, rate: float, users: float, nodes: int) -> Traffic:
    """What so many requests per second are for so many nodes, each with a cache of its own."""
    parts = list(_parts(times, rate, users, nodes))
    from_python = [(count, cost) for count, cost, is_python in parts if is_python]
    python_per_s = sum(count for count, _ in from_python)
    python_s = sum(count * cost.response_ms for count, cost in from_python) / 1000
    return Traffic(
        requests_per_s=rate,
        python_per_s=python_per_s,
        python_ms=1000 * python_s / python_per_s if python_per_s else 0.0,
        slots=sum(count * cost.response_ms for count, cost, _ in parts) / 1000,
        cpu={part: sum(n * cost.cpu_ms[part] for n, cost, _ in parts) / 1000 for part in PARTS},
        sent_mb_per_s=sum(count * cost.sent_kb for count, cost, _ in parts) / 1024,
    )


def python_share(page: Page, rate: float, users: float, nodes: int) -> float:
    """Of the requests for this page, those that Apache's cache cannot answer."""
    if page.from_cache is None:
        return 1.0
    of_one_address = rate * page.share / page.count(users) / nodes
    return 1 / (1 + of_one_address * CACHE_S)


def _parts(
    times: ServiceTimes, rate: float, users: float, nodes: int
) -> Iterator[tuple[float, Cost, bool]]:
    """Requests per second, what one costs, and whether it reaches Python."""
    for page in times.pages:
        missed = python_share(page, rate, users, nodes)
        yield rate * page.share * missed, page.from_python, True
        if page.from_cache is not None:
            yield rate * page.share * (1 - missed), page.from_cache, False
