"""A budget may only rise with a new reason: compared with the file at another revision of git.

The number itself proves nothing, since whoever makes a page slower can also write the larger
number. The file at the revision is one that the author of a change cannot rewrite.
"""

from __future__ import annotations

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
    is_reason,
    read_budgets,
)
from kickoff.budgets.git import git
from kickoff.budgets.problems import differences


class RevisionError(Exception):
    """git does not know the revision."""


def budgets_at(revision: str, path: Path) -> Budgets:
    """The contract as it was; empty when there was none.

    Raises RevisionError, and BudgetFileError for a contract that cannot be read.
    """
    known = git(path.parent, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if known.returncode:
        raise RevisionError(
            f"--budgets-base: git does not know {revision!r} here. In CI, fetch it first: "
            f"git fetch --depth=1 origin {revision.removeprefix('origin/')}"
        )
    commit = known.stdout.strip()
    shown = git(path.parent, "show", f"{commit}:./{path.name}")
    if shown.returncode:
        return Budgets()
    try:
        return read_budgets(shown.stdout, f"{path.name} at {revision}")
    except BudgetFileError as error:
        raise RevisionError(str(error)) from error


def unexplained_raises(base: Budgets, now: Budgets, revision: str) -> Iterator[tuple[Case, str]]:
    """The cases whose entries allow more of anything than they did, or expect another status,
    without a new reason; each with a sentence. A new case is compared with one whose place it has
    taken, so that no number is forgotten with a name."""
    for case, entry in sorted(now.entries.items()):
        former = case if case in base.entries else _former(case, base, now)
        if former is None:
            continue
        before = base.entries[former]
        raised = list(raises_between(before, entry))
        is_old = entry.reason.strip() == before.reason.strip()
        if raised and (is_old or not is_reason(entry.reason)):
            new = "a new reason" if is_reason(entry.reason) else "a reason"
            name = str(case) if former == case else f"{case}, in the place of {former},"
            more = "; ".join(raised)
            yield (
                case,
                f"{name} is raised since {revision}: {more}. "
                f'In {FILE_NAME} its entry needs {new}: reason = "…"',
            )


def _former(case: Case, base: Budgets, now: Budgets) -> Case | None:
    """Of the cases that are gone, the one that looks most like this new one: of the same route, or
    as the same visitor saw it."""
    gone = [
        old
        for old in sorted(base.entries.keys() - now.entries.keys())
        if old.method == case.method and (old.route == case.route or old.visitor == case.visitor)
    ]
    return max(gone, key=lambda old: _likeness(old, case, base, now), default=None)


def _likeness(old: Case, new: Case, base: Budgets, now: Budgets) -> tuple[bool, int]:
    before, after = (
        {label for state in STATES for kind in KINDS for label in entry.of(state).of(kind)}
        for entry in (base.entries[old], now.entries[new])
    )
    return old.route == new.route, len(before & after)


def raises_between(before: Entry, now: Entry) -> Iterator[str]:
    """What an entry allows more of than before, or expects otherwise."""
    if before.status != now.status:
        yield f"status {before.status} → {now.status}"
    for vendor in ("", *OVERRIDES):
        for state in STATES:
            everywhere = list(differences(before.of(state), now.of(state))) if vendor else []
            for one in differences(before.of(state, vendor), now.of(state, vendor)):
                # What is said of all databases is not said again of one.
                if one.excess > 0 and one not in everywhere:
                    where = f"{vendor} {state}" if vendor else state
                    yield f"{where} {one.label} {one.before} → {one.after}"
