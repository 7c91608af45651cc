"""Who answers: this node, and since when its code runs."""

from __future__ import annotations

from datetime import UTC, datetime

from kickoff.health.conf import node_name, release

STARTED_AT = datetime.now(UTC)  # of this process: the app is loaded when it starts


def timestamp(moment: datetime) -> str:
    """UTC to the second, as 2026-06-11T18:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def version_text() -> str:
    lines = {"release": release() or "-", "node": node_name(), "started": timestamp(STARTED_AT)}
    return "".join(f"{name} {value}\n" for name, value in lines.items())
