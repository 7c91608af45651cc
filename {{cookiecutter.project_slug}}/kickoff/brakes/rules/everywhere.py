"""A directive that must say the same wherever it is written."""

from __future__ import annotations

from kickoff.brakes.parts.apache import Apache
from kickoff.brakes.results import Outcome, expect


def all_are(apache: Apache, name: str, wanted: str) -> Outcome:
    """Whether each line with this directive says `wanted`, or Apache's default does."""
    found = [apache.as_value(line) for line in apache.named(name)] or [apache.text(name)]
    return expect(all(v.value.lower() == wanted.lower() for v in found), wanted, *found)
