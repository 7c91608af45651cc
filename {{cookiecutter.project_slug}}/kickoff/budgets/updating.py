"""`--budgets=update` and `--budgets=tighten`: from what was measured to what is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kickoff.budgets.budget_file import KINDS, OVERRIDES, STATES, Counts, Entry


def updated(old: Entry | None, status: int, measured: Mapping[str, Counts], vendor: str) -> Entry:
    """The entry with the measured numbers. On a vendor that has overrides, and where there is an
    entry already, only what differs there is written, as an override."""
    if old is None or vendor not in OVERRIDES:
        overrides = {} if old is None else old.overrides
        entry = Entry(
            status, measured["cold"], measured["hot"], overrides, old.reason if old else ""
        )
        return _without_needless_overrides(entry)
    states = {state: _overrides(old.of(state), measured[state]) for state in STATES}
    return _without_needless_overrides(
        replace(old, status=status, overrides={**old.overrides, vendor: states})
    )


def tightened(old: Entry, measured: Mapping[str, Counts], vendor: str) -> Entry:
    """The entry with those measured numbers that are lower."""
    lower = {state: _lower(old.of(state, vendor), measured[state]) for state in STATES}
    return updated(old, old.status, lower, vendor)


def _lower(allowed: Counts, made: Counts) -> Counts:
    return Counts(
        *(
            {
                label: number
                for label, limit in allowed.of(kind).items()
                if (number := min(limit, made.of(kind).get(label, 0)))
            }
            for kind in KINDS
        )
    )


def _overrides(base: Counts, measured: Counts) -> Counts:
    return Counts(
        *(
            {
                label: measured.of(kind).get(label, 0)
                for label in {*base.of(kind), *measured.of(kind)}
                if base.of(kind).get(label, 0) != measured.of(kind).get(label, 0)
            }
            for kind in KINDS
        )
    )


def _without_needless_overrides(entry: Entry) -> Entry:
    """Without the overrides that say what the entry says anyway."""
    overrides: dict[str, dict[str, Counts]] = {}
    for vendor, states in entry.overrides.items():
        kept = {
            state: difference
            for state, counts in states.items()
            if (difference := _overrides(entry.of(state), entry.of(state).with_overrides(counts)))
            != Counts()
        }
        if kept:
            overrides[vendor] = kept
    return replace(entry, overrides=overrides)
