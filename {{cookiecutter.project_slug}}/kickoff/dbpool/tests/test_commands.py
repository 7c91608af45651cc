"""Django's commands work as on its own backend: test databases, dbshell, inspectdb, migrate."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kickoff.dbpool.tests.databases import sql_on
from kickoff.testing.processes import program

PROJECT = Path(__file__).parents[3]
SITE = "kickoff.dbpool.tests.site"
TEST = ["test", SITE, "--pattern", "checks.py", "-v", "2", "--no-input"]


@pytest.fixture(scope="module")
def site(mariadb_server):
    """Runs a command on the small site; its database is called kickoff_site."""
    sql_on(mariadb_server, "CREATE OR REPLACE DATABASE kickoff_site")
    environment = {
        **os.environ,
        "DATABASE_URL": mariadb_server.url("kickoff_site"),
        "DJANGO_SETTINGS_MODULE": f"{SITE}.settings",
    }

    def run(*arguments: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=PROJECT,
            env=environment,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


def databases(server):
    return {row[0] for row in sql_on(server, "SHOW DATABASES LIKE 'test_kickoff_site%%'")}


class TestTest:
    def test_makes_a_database_and_drops_it(self, site, mariadb_server):
        assert "Ran 5 tests" in site(*TEST)
        assert databases(mariadb_server) == set()

    def test_keepdb_keeps_it_for_the_next_run(self, site, mariadb_server):
        site(*TEST, "--keepdb")
        assert databases(mariadb_server) == {"test_kickoff_site"}
        said = site(*TEST, "--keepdb")
        assert "Using existing test database" in said
        assert "Ran 5 tests" in said
        site(*TEST)
        assert databases(mariadb_server) == set()

    def test_parallel_clones_it_for_each_process(self, site, mariadb_server):
        program("mysqldump", package="mariadb-client")
        said = site(*TEST, "--parallel", "2")
        assert "Cloning test database for alias 'default' ('test_kickoff_site')" in said
        assert "Ran 5 tests" in said
        assert "OK" in said
        assert databases(mariadb_server) == set()

    def test_leaves_no_connection(self, site, mariadb_server):
        site(*TEST)
        connections = "SELECT db FROM information_schema.processlist WHERE db LIKE %s"
        assert sql_on(mariadb_server, connections, "%kickoff_site") == ()


class TestReuseDb:
    def test_pytest_keeps_it_for_the_next_run(self, mariadb_server, tmp_path):
        checks = tmp_path / "test_clubs.py"
        checks.write_text(
            "import pytest\n"
            f"from {SITE}.models import Club\n\n"
            "@pytest.mark.django_db\n"
            "def test_club():\n"
            "    assert Club.objects.create(name='Ajax').pk\n"
            "    assert Club.objects.count() == 1\n"
        )
        sql_on(mariadb_server, "CREATE OR REPLACE DATABASE kickoff_site")
        for _ in range(2):
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "pytest", "-q", "--reuse-db", "-p", "no:cacheprovider"),
                    *("-c", os.devnull, f"--rootdir={tmp_path}", f"--ds={SITE}.settings"),
                    str(checks),
                ],
                cwd=PROJECT,
                env={**os.environ, "DATABASE_URL": mariadb_server.url("kickoff_site")},
                capture_output=True,
                encoding="utf-8",
                timeout=120,
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert databases(mariadb_server) == {"test_kickoff_site"}
        sql_on(mariadb_server, "DROP DATABASE test_kickoff_site")


class TestOthers:
    def test_migrate_and_inspectdb(self, site):
        assert "Applying site.0001_initial... OK" in site("migrate")
        found = site("inspectdb")
        assert "class SiteClub(models.Model):" in found
        assert "name = models.CharField(unique=True, max_length=50)" in found

    def test_dbshell(self, site):
        program("mysql", package="mariadb-client")
        assert "kickoff_site" in site("dbshell", stdin="SELECT DATABASE();")

    def test_check(self, site):
        assert "no issues" in site("check", "--database", "default")
