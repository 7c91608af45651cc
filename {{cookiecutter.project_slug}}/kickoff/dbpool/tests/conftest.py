"""The fixtures of these tests. In CI a missing driver is an error, not a reason to skip."""

from __future__ import annotations

import importlib.util
import os

if importlib.util.find_spec("MySQLdb") or os.environ.get("CI") == "true":
    from kickoff.dbpool.tests.databases import (  # noqa: F401
        database,
        fragile,
        fragile_server,
        mariadb_server,
        new_database,
    )
