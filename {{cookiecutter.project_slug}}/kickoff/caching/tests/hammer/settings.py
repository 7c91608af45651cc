"""The settings of the processes: those of the tests, with only the cache and its test app."""

import os

from tests.settings import *  # noqa: F403

INSTALLED_APPS = ["kickoff.caching", "kickoff.caching.tests.app"]
MIDDLEWARE = []
# Short, so that threads ask the store often and still get in each other's way in the memory.
CACHING_MEMORY_S = float(os.environ.get("HAMMER_MEMORY_S", "0.05"))
CACHING_MEMORY_ENTRIES = 200
