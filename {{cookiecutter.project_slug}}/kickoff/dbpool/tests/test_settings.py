"""What config/settings.py makes of a DATABASE_URL for MySQL. No server is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
PRINT = (
    "import json; from config.settings import DATABASES; print(json.dumps(DATABASES['default']))"
)
WAIT_TIMEOUT_S, MAX_STATEMENT_TIME_S, REQUEST_S = 300, 5, 20  # of the server and of Apache


def database(url="mysql://site:secret@10.0.0.9:3306/kickoff", **environment):
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "SECRET_KEY": "x" * 60}
        | {"DATABASE_URL": url, **environment},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def test_mysql_comes_from_the_pool():
    found = database()
    assert found["ENGINE"] == "kickoff.dbpool.mysql"
    assert found["CONN_MAX_AGE"] == 0
    assert found["OPTIONS"]["pool"] == {
        "pool_size": 5,
        "max_overflow": 0,
        "timeout": 3.0,
        "recycle": 280,
    }
    assert found["OPTIONS"]["isolation_level"] == "read committed"
    assert found["OPTIONS"]["charset"] == "utf8mb4"


def test_each_wait_ends_before_the_one_around_it():
    options = database()["OPTIONS"]
    assert options["connect_timeout"] < options["pool"]["timeout"] < MAX_STATEMENT_TIME_S
    assert options["read_timeout"] > MAX_STATEMENT_TIME_S
    assert options["connect_timeout"] + options["read_timeout"] < REQUEST_S
    assert options["pool"]["recycle"] < WAIT_TIMEOUT_S


@pytest.mark.parametrize(
    ("variable", "value", "place", "number"),
    [
        ("DATABASE_POOL_SIZE", "8", ("pool", "pool_size"), 8),
        ("DATABASE_POOL_TIMEOUT_S", "1.5", ("pool", "timeout"), 1.5),
        ("DATABASE_POOL_RECYCLE_S", "60", ("pool", "recycle"), 60),
        ("DATABASE_READ_TIMEOUT_S", "0", ("read_timeout",), 0),
    ],
)
def test_variables_replace_the_defaults(variable, value, place, number):
    found = database(**{variable: value})["OPTIONS"]
    for name in place:
        found = found[name]
    assert found == number
    assert f"# {variable}=" in (PROJECT / ".env.example").read_text()


def test_what_the_url_says_wins():
    found = database("mysql://site@db/kickoff?ssl-ca=/etc/ca.pem&connect_timeout=1")["OPTIONS"]
    assert found["ssl"] == {"ca": "/etc/ca.pem"}
    assert int(found["connect_timeout"]) == 1
    assert found["pool"]["pool_size"] == 5


def test_sqlite_has_no_pool():
    found = database("sqlite:///db.sqlite3")
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert "pool" not in found["OPTIONS"]
