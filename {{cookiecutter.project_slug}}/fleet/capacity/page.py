"""docs/capacity.md, from a check."""

from __future__ import annotations

from statistics import median

from fleet.capacity.checking import ALLOWED, CORES_OF_ALL, ROUNDS, SLOTS, VISITORS, Check, Row
from fleet.capacity.sizes import sizes_section

PAGE = "capacity.md"
HEAD = """# Predicted, then measured

`make capacity ARGS=check` has written this page. Each prediction was made before the load,
from what one client's requests cost in the same run, by the formulas of `manage.py capacity`: the
smallest of

| called | requests per second that it allows |
|---|---|
| {visitors} | visitors / (think time + response time) |
| {slots} | nodes × slots / response time |
| {cores} | cores / processor time of one request, all servers and the load generator together |

A measured number is the median of {rounds} rounds. Allowed is {allowed:.0%}.

| load | nodes | first to run out | predicted/s | measured/s | predicted / measured | |
|---|---|---|---|---|---|---|
"""
TAIL = """
Machine: {source}

What this shows: with pages that wait, throughput grows with the nodes, as slots do; with pages that
compute it stays the same, because all nodes here share the cores of one machine, and the model says
so beforehand. What it does not show: nodes on machines of their own, a network between them, more
than three nodes, or a database and a memcached at their limits. Where two limits lie close
together, the smaller one is not quite reached: requests wait for both.
"""


def page(check: Check) -> str:
    rows = "".join(_line(row) for row in check.rows)
    head = HEAD.format(
        visitors=VISITORS, slots=SLOTS, cores=CORES_OF_ALL, rounds=ROUNDS, allowed=ALLOWED
    )
    measured = head + rows + TAIL.format(source=check.times.source)
    return f"{measured}\n{sizes_section(check.times)}"


def _line(row: Row) -> str:
    cells = [
        row.load,
        str(row.nodes),
        row.limits.first,
        f"{row.limits.requests_per_s:.0f}",
        f"{median(row.measured):.0f}",
        f"{row.ratio:.2f}",
        "" if row.is_right else "MISSED",
    ]
    return f"| {' | '.join(cells)} |\n"
