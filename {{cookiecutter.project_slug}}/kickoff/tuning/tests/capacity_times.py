"""Service times that are easy to reckon with by hand."""

from __future__ import annotations

from dataclasses import replace

from kickoff.tuning.capacity.times import PARTS, Cost, Page, ServiceTimes, this_machine


def cost(response_ms: float = 10, sent_kb: float = 8, **cpu_ms: float) -> Cost:
    return Cost(response_ms, sent_kb, {part: cpu_ms.get(part, 0.0) for part in PARTS})


PRIVATE = Page("private", 1, 1, 0, cost(web=4, balancer=0.1, memcached=0.1, database=1), None)
PUBLIC = Page("public", 1, 1, 0, cost(web=4), cost(response_ms=1, web=0.5))


def times(*pages: Page, stored_kb_per_user: float = 4) -> ServiceTimes:
    """One private page when no others are named; their shares are equal."""
    pages = pages or (PRIVATE,)
    return ServiceTimes(
        machine={**this_machine(), "Python": "3.13.0"},
        measured_on="2026-01-31",
        process_mb=100,
        stored_kb_per_user=stored_kb_per_user,
        pages=tuple(replace(page, share=1 / len(pages)) for page in pages),
    )
