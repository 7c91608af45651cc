"""The answer of /healthz, always in the same layout."""

from __future__ import annotations

from typing import TypedDict

from kickoff.health.conf import node_name, release
from kickoff.health.node import timestamp
from kickoff.health.registry import Facts, Level
from kickoff.health.sampling import Sampler


class ProbeReport(TypedDict):
    status: str
    text: str
    duration_s: float
    facts: Facts


class Report(TypedDict):
    """`status` is the worst of the probes. Without a sample both times are None."""

    status: str
    node: str
    release: str
    sampled_at: str | None
    age_s: float | None
    probes: dict[str, ProbeReport]


def report(sampler: Sampler) -> Report:
    sample = sampler.latest()
    outcomes = (sample or sampler.unanswered()).outcomes
    worst = max((f.level for o in outcomes for f in o.findings.values()), default=Level.PASS)
    return {
        "status": worst.word,
        "node": node_name(),
        "release": release(),
        "sampled_at": timestamp(sample.taken_at) if sample else None,
        "age_s": round(sample.age_s, 3) if sample else None,
        "probes": {
            name: {
                "status": finding.level.word,
                "text": finding.text,
                "duration_s": round(outcome.duration_s, 4),
                "facts": finding.facts,
            }
            for outcome in outcomes
            for name, finding in outcome.findings.items()
        },
    }


def http_status(found: Report) -> int:
    """503 when somebody has to do something now; a warning can wait for office hours."""
    return 503 if found["status"] == Level.FAIL.word else 200
