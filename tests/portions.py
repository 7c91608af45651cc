"""Portions of a project's tests that need not run with each project and each Python."""

from __future__ import annotations

from collections.abc import Sequence

# What asks Apache, HAProxy and a browser, or reads their files, is the same on each Python.
OF_SERVERS = [
    "fantasy/tests/browser",
    "fleet",
    "kickoff/brakes",
    "kickoff/testing",
    "kickoff/tuning",
    "tests/edge",
]
# `test_the_infrastructure_knows_nothing_of_the_sample` sees that it does not need the sample.
OF_INFRASTRUCTURE = [
    "kickoff/brakes",
    "kickoff/budgets/tests",
    "kickoff/caching",
    "kickoff/dbpool",
    "kickoff/health",
    "kickoff/rollout",
    "kickoff/tuning",
]


def ignoring(*portions: Sequence[str]) -> list[str]:
    """The options of pytest that leave them out."""
    return [f"--ignore={folder}" for portion in portions for folder in portion]
