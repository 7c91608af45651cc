"""Tests on the servers of production: `python -m kickoff.testing.on_servers kickoff/caching -n 2`.

Starts a MariaDB and a memcached, runs pytest on them with these arguments, and ends both again.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kickoff.testing.servers import running_mariadb, running_memcached

DATABASE = "kickoff"  # pytest-django puts test_ in front


def main(arguments: list[str]) -> int:
    """The exit code of pytest; SystemExit with a line when a server is not installed."""
    try:
        with running_mariadb() as mariadb, running_memcached() as memcached:
            places = {
                "TEST_DATABASE_URL": mariadb.url(DATABASE),
                "TEST_CACHE_URL": f"memcached://{memcached.address}",
            }
            command = [sys.executable, "-m", "pytest", *arguments]
            return subprocess.run(command, env={**os.environ, **places}).returncode
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        sys.exit(str(missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
