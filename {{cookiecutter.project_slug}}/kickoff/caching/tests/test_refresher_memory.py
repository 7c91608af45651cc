"""The refresher works for weeks: what it allocates must not grow with what it has handled."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from django.conf import settings

WARM_UP = 4  # parts of the hour, of twelve
# Between two parts there is a difference of up to 300, by chance. One kind of new key that is
# remembered would be 800 keys in the rest of the hour, of two blocks at least.
MOST_GROWTH_BLOCKS = 1_000


def test_it_allocates_no_more_after_an_hour_of_a_match_day(tmp_path):
    """26,000 marks, as the sample's replay makes them in an hour, coalesced as after a pause; among
    them keys that are new each time, keys with a builder that fails once, and timed entries whose
    keys come and go."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kickoff.caching.tests.hammer.settings",
        "TEST_DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "TEST_CACHE_URL": f"sqlite:///{tmp_path}/slots.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "kickoff.caching.tests.hammer.hour"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    allocated = json.loads(done.stdout)
    assert len(allocated) == 12
    assert allocated[-1] - allocated[WARM_UP - 1] < MOST_GROWTH_BLOCKS, allocated
