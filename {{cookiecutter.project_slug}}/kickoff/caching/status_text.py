"""The status of the cache in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

HEADINGS = ["entry", "reads", "hits", "builds", "build", "built", "filled", "oldest", "marks"]


def describe(found: dict[str, Any]) -> str:
    """What `status()` has found, for people."""
    lines = [_describe_leader(leader) for leader in found["leaders"]]
    if not any(leader["is_alive"] for leader in found["leaders"]):
        lines.append("No refresher is running: `manage.py refresh_cache` starts one.")
    oldest = found["oldest_mark_age_s"]
    age = "" if oldest is None else f", the oldest {oldest:.1f} s old"
    lines.append(f"Marks waiting: {found['marks_waiting']}{age}")
    if found["store_error"]:
        lines.append(f"The store is away: {found['store_error']}")
    lines += [
        f"{name} does not say which keys it has: {entry['error']}"
        for name, entry in found["entries"].items()
        if entry["error"]
    ]
    lines += [
        f"{name}: {entry['too_large']} values were too large for the store"
        for name, entry in found["entries"].items()
        if entry["too_large"]
    ]
    rows = [HEADINGS, *(_row(name, entry) for name, entry in found["entries"].items())]
    return "\n".join([*lines, "", *_columns(rows)])


def _describe_leader(leader: dict[str, Any]) -> str:
    state = f"for {leader['leads_for_s']:.0f} s" if leader["is_alive"] else "has gone"
    text = (
        f"Shard {leader['shard']}: {leader['holder']} {state}, {leader['rebuilds']} rebuilds, "
        f"{leader['rebuilds_per_second']:.1f} per second"
    )
    error = leader["last_error"]
    return f"{text}\n  last error: {error} ({leader['last_error_at']})" if error else text


def _row(name: str, entry: dict[str, Any]) -> list[str]:
    filled = "–" if entry["keys"] is None else f"{entry['filled']} of {entry['looked_at']}"
    return [
        name,
        _shown(entry["reads"], "{}"),
        _shown(entry["hit_ratio"], "{:.1%}"),
        _shown(entry["builds"], "{}"),
        _shown(entry["mean_build_s"], "{:.4f} s"),
        _shown(entry["last_built_s"], "{:.0f} s ago"),
        filled,
        _shown(entry["oldest_s"], "{:.0f} s"),
        str(entry["marks_waiting"]),
    ]


def _shown(value: float | None, how: str) -> str:
    return "–" if value is None else how.format(value)


def _columns(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        numbers = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join([name.ljust(widths[0]), *numbers])
