"""The generated project on MariaDB and memcached, and the hammer of its cache."""

from __future__ import annotations

import pytest

import environments
import packages
from tests.baking import output_of

pytestmark = pytest.mark.project

# What talks to the database or the store in a way that could differ. Left out: the browser, which
# sees the same pages; reading the World Cup's files; the replay, which only takes its time; the
# protocol, which runs on models of both servers; and what starts a project or a database of
# its own.
TESTS = ["kickoff/caching", "kickoff/rollout", "kickoff/budgets", "query_budgets.toml"]
TESTS += ["accounts", "fantasy/tests"]
LEFT_OUT = [
    "--ignore=fantasy/tests/browser",
    "--ignore-glob=*/test_worldcup_*",
    "--ignore=fantasy/tests/test_replay.py",
    "--ignore=kickoff/caching/tests/protocol",
    "--ignore=kickoff/caching/tests/test_refresher_memory.py",
    "--ignore=kickoff/budgets/tests/test_plugin.py",
]


@pytest.fixture(autouse=True)
def _servers():
    servers = {"memcached", "mariadb-server", *packages.DRIVER_PACKAGES}
    if missing := sorted(servers & set(packages.missing())):
        pytest.skip(f"install {', '.join(missing)} (Debian: apt install {' '.join(missing)})")


def test_its_tests_pass_on_mariadb_and_memcached(baked, release, show):
    command = ["-m", "kickoff.testing.on_servers", "-p", "no:cacheprovider", *TESTS, *LEFT_OUT]
    done = baked("default").python(*command, release=release)
    assert done.returncode == 0, output_of(done)
    summary = done.stdout.strip().splitlines()[-1]
    show(f"Python {release}, MariaDB and memcached: {summary.strip('= ')}")
    assert "skipped" not in summary, done.stdout


@pytest.mark.alone
def test_no_change_is_lost_under_load_and_an_absent_page_is_built_once(baked, show):
    """With one Python, the newest: a race is in the order of calls to the servers, and that is the
    same code under all of them."""
    here = [release for release in environments.RELEASES if environments.exists(release)]
    if not here:
        pytest.skip(f"no environment with any of {environments.RELEASES}: ci/test makes them")
    release = here[-1]
    command = ["-m", "pytest", "-m", "hammer", "-p", "no:cacheprovider"]
    done = baked("default").python(*command, release=release, HAMMER_SECONDS="20")
    assert done.returncode == 0, output_of(done)
    summary = done.stdout.strip().splitlines()[-1]
    show(f"Python {release}, the hammer: {summary.strip('= ')}")
    assert "skipped" not in summary, done.stdout
