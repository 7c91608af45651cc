"""The files that lie in deploy/ here, with the settings of a node, have their brakes on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from kickoff.brakes.node_settings import settings_of_a_node
from kickoff.brakes.places import Places, read_site
from kickoff.brakes.registry import run
from kickoff.brakes.results import Status

DEPLOY = Path(settings.BASE_DIR) / "deploy"
# In the template itself the files have no names yet.
NAMES = {"project_slug": "site", "domain_name": "example.com"}
PLACEHOLDER = re.compile(r"[{]{2} \w+\.(\w+) [}]{2}")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with these files, names filled in."""
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            copy = tmp_path / "deploy" / path.relative_to(DEPLOY)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding="utf-8")
            named = PLACEHOLDER.sub(lambda found: NAMES[found[1]], text)
            copy.write_text(named, encoding="utf-8")
    return tmp_path


def test_nothing_is_wrong_and_nothing_is_missing(project):
    env_file = project / "deploy" / "site.env"
    node = settings_of_a_node(env_file, "config.settings", Path(settings.BASE_DIR))
    results = run(read_site(Places(project, {}), node))
    fine = (Status.OK, Status.IDLE)
    bad = [(r.rule.id, r.expected, r.found) for r in results if r.status not in fine]
    assert bad == []
    assert sum(result.status is Status.OK for result in results) > 100
