"""What git knows of the project: how a file was, and which lines are new since then."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kickoff.budgets.origins import Origin

_HUNK = re.compile(r"@@ -\S+ \+(?P<first>\d+)(?:,(?P<number>\d+))? @@")


@dataclass(frozen=True)
class Changes:
    """The lines that are new or different, by path below the project's folder; and new files."""

    lines: Mapping[str, set[int]] = field(default_factory=dict)
    files: frozenset[str] = frozenset()

    def touch(self, origin: Origin) -> bool:
        """Whether one of its lines, of a template or of Python, is new."""
        places = [(line.path, line.line) for line in origin.templates]
        places += [(origin.python.path, origin.python.line)] if origin.python else []
        return any(path in self.files or line in self.lines.get(path, ()) for path, line in places)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def changes_since(revision: str, folder: Path) -> Changes:
    """What is not committed counts as well. None for a revision that git does not know."""
    options = ["--unified=0", "--relative", "--no-prefix", "--no-color", "--no-ext-diff"]
    shown = git(folder, "diff", *options, revision, "--")
    if shown.returncode:
        return Changes()
    new = git(folder, "ls-files", "--others", "--exclude-standard")
    return Changes(_changed_lines(shown.stdout), frozenset(new.stdout.splitlines()))


def _changed_lines(diff: str) -> dict[str, set[int]]:
    changed: dict[str, set[int]] = defaultdict(set)
    path, is_head = "", False
    for line in diff.splitlines():
        if line.startswith("diff --git "):
            is_head = True
        elif is_head and line.startswith("+++ "):
            path = line.removeprefix("+++ ").removesuffix("\t")  # behind names with blanks
        elif hunk := _HUNK.match(line):
            is_head = False
            first, number = int(hunk["first"]), int(hunk["number"] or 1)
            changed[path].update(range(first, first + number))
    return changed
