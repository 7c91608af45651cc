"""A budget may only rise with a new reason: compared with the file at another revision of git.

The number itself proves nothing, since whoever makes a page slower can also write the larger
number. The file at the revision is one that the author of a change cannot rewrite.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from kickoff.budgets.budget_file import (
    FILE_NAME,
    KINDS,
    OVERRIDES,
    STATES,
    BudgetFileError,
    Budgets,
    Case,
    Entry,
    read_budgets,
)


class RevisionError(Exception):
    """git does not know the revision."""


def budgets_at(revision: str, path: Path) -> Budgets:
    """The contract as it was; empty when there was none.

    Raises RevisionError, and BudgetFileError for a contract that cannot be read.
    """
    known = _git(path.parent, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known.returncode:
        raise RevisionError(
            f"--budgets-base: git does not know {revision!r} here. In CI, fetch it first: "
            f"git fetch --depth=1 origin {revision.removeprefix('origin/')}"
        )
    commit = known.stdout.strip()
    shown = _git(path.parent, "show", f"{commit}:./{path.name}")
    if shown.returncode:
        return Budgets()
    try:
        return read_budgets(shown.stdout, f"{path.name} at {revision}")
    except BudgetFileError as error:
        raise RevisionError(str(error)) from error


def unexplained_raises(base: Budgets, now: Budgets, revision: str) -> Iterator[tuple[Case, str]]:
    """The cases whose entries allow more than they did, without a new reason; each with a
    sentence."""
    for case, entry in sorted(now.entries.items()):
        before = base.entries.get(case)
        if before is None:
            continue
        raised = list(_raised(before, entry))
        if raised and (not entry.reason or entry.reason == before.reason):
            new = "a new reason" if entry.reason else "a reason"
            more = "; ".join(raised)
            yield (
                case,
                f"{case} is raised since {revision}: {more}. "
                f'In {FILE_NAME} its entry needs {new}: reason = "…"',
            )


def _raised(before: Entry, now: Entry) -> Iterator[str]:
    for vendor in ("", *OVERRIDES):
        for state in STATES:
            for kind in KINDS:
                old, new = (entry.of(state, vendor).total(kind) for entry in (before, now))
                # What is said of all databases is not said again of one.
                same = vendor and (old, new) == tuple(
                    entry.of(state).total(kind) for entry in (before, now)
                )
                if new > old and not same:
                    where = f"{vendor} " if vendor else ""
                    name = "queries" if kind == "queries" else "cache calls"
                    yield f"{where}{state} {name} {old} → {new}"


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
