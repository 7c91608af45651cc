"""What a run tells: on the terminal, in the job of GitHub, to GitLab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kickoff.budgets.reports import github, gitlab

if TYPE_CHECKING:
    from kickoff.budgets.run import Run


def report(run: Run, terminal: Any, code_quality: str) -> None:
    """The failures themselves have been shown with their tests; here is the whole."""
    problems = sorted(run.problems, key=lambda problem: (-problem.excess, problem.case))
    if code_quality:
        found = gitlab.code_quality(problems, prefix(run.root, "CI_PROJECT_DIR"))
        Path(code_quality).write_text(found, encoding="utf-8")
    if not run.verdicts and not run.problems and not run.outcome:
        return
    terminal.section("query budgets", sep="-")
    terminal.write_line(f"visits: {len(run.verdicts)}, problems: {len(problems)}")
    for line in run.outcome:
        terminal.write_line(line)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in github.workflow_commands(problems, prefix(run.root, "GITHUB_WORKSPACE")):
            terminal.write_line(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(github.summary(problems, len(run.verdicts)))


def prefix(root: Path, variable: str) -> str:
    """From the repository, whose paths the platforms need, to the project. The variable of the
    environment holds the folder of the repository."""
    repository = Path(os.environ.get(variable, root)).resolve()
    root = root.resolve()
    if root == repository or repository not in root.parents:
        return ""
    return f"{root.relative_to(repository).as_posix()}/"
