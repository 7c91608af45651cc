"""GitLab: the code quality report. (Its JUnit report is pytest's own: `--junitxml`.)"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from kickoff.budgets.problems import Problem


def code_quality(problems: Sequence[Problem]) -> str:
    """JSON: one finding each, at the line at fault; an empty list when all is well."""
    return json.dumps([_finding(problem) for problem in problems], indent=2, ensure_ascii=False)


def _finding(problem: Problem) -> dict[str, object]:
    return {
        "description": str(problem),
        "check_name": f"query-budget-{problem.kind}",
        # Without line and numbers: the finding stays the same one while the file moves around it.
        "fingerprint": sha256(f"{problem.kind}:{problem.headline}".encode()).hexdigest(),
        "severity": "minor" if problem.kind == "below" else "major",
        "location": {"path": problem.path, "lines": {"begin": problem.line}},
    }
