"""The sound site, made once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from kickoff.brakes.node_settings import settings_of_a_node
from kickoff.brakes.rules import load
from kickoff.brakes.tests.sound import Site, fleet_text, write_deploy

# Nodes, CPUs, GB, requests per second at the peak.
FLEETS = {
    "small": (2, 2, 4, 100),
    "shipped": (3, 4, 8, 400),
    "large": (20, 16, 64, 15_000),
}

load()


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """A site for each fleet: its tuned files, and the project's settings as on its nodes."""
    return {name: _site(tmp_path_factory.mktemp(name), name) for name in FLEETS}


@pytest.fixture(scope="session")
def sound(sites: dict[str, Site]) -> Site:
    return sites["shipped"]


def _site(folder: Path, name: str) -> Site:
    deploy = folder / "deploy"
    write_deploy(deploy, fleet_text(*FLEETS[name]))
    found = settings_of_a_node(deploy / "site.env", "config.settings", settings.BASE_DIR)
    assert not found.absent, found.absent
    names = [path for path in deploy.rglob("*") if path.is_file()]
    files = {str(path.relative_to(deploy)): path.read_text(encoding="utf-8") for path in names}
    return Site(files, dict(found.values))
