"""GitLab: the code quality report. (Its JUnit report is pytest's own: `--junitxml`.)"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from kickoff.budgets.problems import Problem


def code_quality(problems: Sequence[Problem], prefix: str) -> str:
    """JSON: one finding each, at the line at fault; an empty list when all is well."""
    findings = [_finding(problem, prefix) for problem in problems]
    return json.dumps(findings, indent=2, ensure_ascii=False)


def _finding(problem: Problem, prefix: str) -> dict[str, object]:
    return {
        "description": str(problem),
        "check_name": f"query-budget-{problem.kind}",
        # Without line and numbers: the finding stays the same one while the file moves around it.
        "fingerprint": sha256(f"{problem.kind}:{problem.headline}".encode()).hexdigest(),
        "severity": "minor" if problem.kind == "below" else "major",
        "location": {"path": f"{prefix}{problem.path}", "lines": {"begin": problem.line}},
    }
