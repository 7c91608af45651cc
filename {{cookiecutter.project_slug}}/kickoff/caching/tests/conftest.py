"""What the tests of this folder share: real servers."""

import os

from kickoff.testing.servers import (  # noqa: F401 (fixtures)
    mariadb_server,
    memcached_server,
    shared_memcached,
)

# Run by `python -m kickoff.testing.on_servers kickoff/caching`: SQLite has nothing like it.
if not os.environ.get("TEST_DATABASE_URL", "").startswith("mysql"):
    collect_ignore = ["transactions/test_snapshots.py"]
