"""What a load test has found: for programs, and for the terminal."""

from __future__ import annotations

from typing import Any


def document_of(environment: Any) -> dict[str, Any]:
    """From the statistics of a locust Environment."""
    stats, total = environment.stats, environment.stats.total
    rows = sorted(stats.entries.values(), key=lambda entry: (entry.name, entry.method))
    return {
        "url": environment.host,
        "requests": total.num_requests,
        "failed": total.num_failures,
        "requests_per_s": round(total.total_rps, 1),
        "ms": _times(total),
        "pages": [
            {
                "page": row.name,
                "method": row.method,
                "requests": row.num_requests,
                "failed": row.num_failures,
                "ms": _times(row),
            }
            for row in rows
        ],
        "errors": [
            {"page": error.name, "error": str(error.error), "times": error.occurrences}
            for error in stats.errors.values()
        ],
    }


def _times(entry: Any) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return {
        **{name: entry.get_response_time_percentile(share) for name, share in shares.items()},
        "worst": round(entry.max_response_time),
    }


def table(document: dict[str, Any]) -> str:
    """For the terminal: a line per page."""
    lines = [f"{'page':<28} {'requests':>9} {'failed':>7} {'p50 ms':>7} {'p99 ms':>7} {'worst':>7}"]
    for row in [*document["pages"], {"page": "all", "method": "", **document}]:
        name = f"{row['method']} {row['page']}".strip()
        ms = row["ms"]
        lines.append(
            f"{name:<28} {row['requests']:>9} {row['failed']:>7} "
            f"{ms['p50']:>7g} {ms['p99']:>7g} {ms['worst']:>7g}"
        )
    return "\n".join(lines)
