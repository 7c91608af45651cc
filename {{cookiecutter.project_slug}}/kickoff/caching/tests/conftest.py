"""What the tests of this folder share: real servers, and a club."""

import os

import pytest

from kickoff.caching.models import Mark
from kickoff.caching.tests.app.models import Club, Member
from kickoff.testing.servers import (  # noqa: F401 (fixtures)
    mariadb_server,
    memcached_server,
    shared_memcached,
)

# Run by `python -m kickoff.testing.on_servers kickoff/caching`: SQLite has nothing like it.
if not os.environ.get("TEST_DATABASE_URL", "").startswith("mysql"):
    collect_ignore = ["transactions/test_snapshots.py"]


@pytest.fixture
def ajax():
    """Ajax with Anna. No marks."""
    club = Club.objects.create(name="Ajax")
    Member.objects.create(club=club, name="Anna")
    Mark.objects.all().delete()
    return club


@pytest.fixture
def no_memory(settings):
    """Every read looks at the store."""
    settings.CACHING_MEMORY_S = -1.0
