"""The World Cup of 2026 as it was, imported into a generated site.

The files of openfootball are no part of the template. They are looked for in $WORLDCUP_DIR and in
shared/data/worldcup-2026 beside the checkout; without them conftest.py leaves this file out.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import pytest

import environments
from tests.baking import output_of
from tests.worldcup import WORLDCUP_DIR

if TYPE_CHECKING:
    from tests.baking import Bake

pytestmark = pytest.mark.project

SIDES = ("goals1", "goals2")
FEW = 5  # goals: from here on the file spells all names as the squads do

PRINT_TOP_SCORERS = """
from django.test import Client
print(Client().get("/top-scorers/").content.decode())
"""


class Site:
    """A generated site with a database of its own."""

    def __init__(self, project: Bake, database: str) -> None:
        self.imported = ""  # what the import has printed
        self.project = project
        self.environment = {"DATABASE_URL": f"sqlite:///{database}", "ALLOWED_HOSTS": "testserver"}

    def manage(self, *arguments: str) -> str:
        done = self.project.python(
            "manage.py", *arguments, release=environments.RELEASES[0], **self.environment
        )
        assert done.returncode == 0, output_of(done)
        return done.stdout


@pytest.fixture(scope="module")
def site(baked, tmp_path_factory):
    site = Site(baked("default"), str(tmp_path_factory.mktemp("worldcup") / "db.sqlite3"))
    site.manage("migrate", "--verbosity", "0")
    site.imported = site.manage("import_worldcup", str(WORLDCUP_DIR))
    return site


def test_all_matches_squads_and_players_and_nearly_all_goals_are_imported(site, show):
    show(site.imported.strip())
    assert "104 matches, 48 squads, 1,248 players" in site.imported
    [(assigned, total)] = re.findall(r"(\d+) of (\d+) goals", site.imported)
    assert int(total) == 308
    assert int(assigned) >= 304


def test_the_page_of_top_scorers_agrees_with_the_file(site):
    page = site.manage("shell", "--verbosity", "0", "--command", PRINT_TOP_SCORERS)
    rows = re.findall(
        r'<th scope="row"><a[^>]*>([^<]+)</a>.*?<strong>(\d+)</strong>', page, re.DOTALL
    )
    shown = {plain(html.unescape(name)): int(goals) for name, goals in rows}
    best = goals_in_the_file()
    assert best == {name: goals for name, goals in shown.items() if goals >= FEW}
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def goals_in_the_file() -> dict[str, int]:
    """Who scored at least five, without accents and own goals."""
    matches = json.loads((WORLDCUP_DIR / "worldcup.json").read_text(encoding="utf-8"))["matches"]
    goals = [goal for match in matches for side in SIDES for goal in match.get(side, [])]
    count = Counter(plain(goal["name"]) for goal in goals if not goal.get("owngoal"))
    return {name: number for name, number in count.items() if number >= FEW}


def plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
