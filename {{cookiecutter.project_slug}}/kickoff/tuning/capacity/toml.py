"""The lines of fleet.toml that differ between two fleets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from kickoff.tuning.fleet import Fleet

TABLES = ("site", "application", "database")
LISTS = ("memcached", "nodes")


def lines_to_write(before: Fleet, after: Fleet) -> list[str]:
    """Keys to change in their tables, machines to add at the end, and which to take out."""
    lines = list(_refreshers(before, after))
    for name in TABLES:
        lines += _table(name, getattr(before, name), getattr(after, name))
    for name in LISTS:
        lines += _machines(name, getattr(before, name), getattr(after, name))
    return lines[:-1] if lines and not lines[-1] else lines


def _refreshers(before: Fleet, after: Fleet) -> Iterator[str]:
    if before.refreshers != after.refreshers:
        yield f"refreshers = {json.dumps(list(after.refreshers))}"
        yield ""


def _table(name: str, before: object, after: object) -> Iterator[str]:
    changed = [line for line in _keys(after) if line not in set(_keys(before))]
    if changed:
        yield f"[{name}]"
        yield from changed
        yield ""


def _machines(name: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    for machine in after:
        if machine not in before:
            yield f"[[{name}]]"
            yield from _keys(machine)
            yield ""
    gone = [machine.name for machine in before if machine not in after]
    if gone:
        yield f"# Not needed in [[{name}]]: {', '.join(gone)}"
        yield ""


def _keys(record: Any) -> list[str]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    if values.get("weight") == 100:
        del values["weight"]
    return [f"{key} = {json.dumps(value)}" for key, value in values.items()]
