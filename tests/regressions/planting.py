"""A regression: where it is planted in a generated project, and what its query budgets say then."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

LEAGUE_MODELS = "fantasy/models/league.py"
LEAGUE_ENTRIES = "fantasy/entries/league.py"
LEAGUES_TEMPLATE = "fantasy/templates/fantasy/leagues.html"
PUBLIC_VIEWS = "fantasy/views/public.py"
MANAGER_VIEWS = "fantasy/views/manager.py"

LISTED = "    listed = found(League.cached.listing(page.number)).leagues\n"
TEAM_COUNT_CELL = '<td class="number">{{ league.team_count }}</td>'
SAVED = "            team = create_league("


@dataclass(frozen=True)
class Edit:
    """An exact replacement in a file; without `old` the new text makes a new file."""

    file: str
    new: str
    old: str = ""

    def apply(self, project: Path) -> None:
        path = project / self.file
        if not self.old:
            assert not path.exists(), f"{self.file} is there already"
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.new, encoding="utf-8")
            return
        text = path.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.file} has {text.count(self.old)} × {self.old!r}"
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


@dataclass(frozen=True)
class Regression:
    """What is planted, where it shows, and which line is at fault: the one with this text.

    `cases` fail, each with all of `says`; what `stays` does not fail. `never` is not said.
    """

    name: str
    edits: list[Edit]
    cases: list[str]
    at_fault: tuple[str, str]
    says: list[str]
    stays: list[str] = field(default_factory=list)
    never: str = ""

    @property
    def selection(self) -> str:
        """For `-k`."""
        return " or ".join([*self.cases, *self.stays])
