"""deploy/mysql/ in a real MariaDB: the values it runs with, and what each account may do."""

from __future__ import annotations

import pytest

from kickoff.testing.fleet import example_fleet, on_this_machine
from kickoff.testing.mariadb import running_tuned_mariadb, understood
from kickoff.tuning.sizing import sizes_of

SITE, OWNER = "game_day", "game_day_owner"
HOST = "127.0.0.0/255.255.255.0"


@pytest.fixture(scope="module")
def server():
    with running_tuned_mariadb(on_this_machine(example_fleet())) as running:
        yield running


@pytest.fixture(scope="module")
def accounts(server):
    """With users.sql, a table, and passwords."""
    server.run(server.accounts)
    server.run(server.accounts)  # as often as you like
    server.run("CREATE TABLE game_day.goal (id INT PRIMARY KEY)")
    locked = server.run_as(SITE, "", "SELECT 1")
    assert "Account is locked" in locked.stderr or "Access denied" in locked.stderr
    for user in (SITE, OWNER):
        server.run(f"ALTER USER '{user}'@'{HOST}' IDENTIFIED BY 'secret' ACCOUNT UNLOCK")
    return server


def test_what_runs_is_what_was_computed(server):
    variables = server.variables()
    expected = {
        "bind_address": "127.0.0.5",
        "skip_name_resolve": "ON",
        "max_connections": "120",
        "back_log": "120",
        "wait_timeout": "300",
        "table_open_cache": "2000",
        "tx_isolation": "READ-COMMITTED",
        "binlog_format": "ROW",
        "character_set_server": "utf8mb4",
        "collation_server": "utf8mb4_unicode_ci",
        "innodb_flush_log_at_trx_commit": "1",
        "innodb_io_capacity": "2000",
        "slow_query_log": "ON",
        "long_query_time": "0.500000",
        "max_statement_time": "5.000000",
        "idle_transaction_timeout": "60",
        "query_cache_type": "OFF",
        "local_infile": "OFF",
    }

    assert {name: variables[name] for name in expected} == expected
    assert "STRICT_TRANS_TABLES" in variables["sql_mode"]
    assert int(variables["open_files_limit"]) >= 120 + 2 * 2000 + 10


def test_any_fleet_is_understood(any_fleet, tmp_path):
    """Also the sizes of a machine that the test has not got."""
    found, said = understood(any_fleet, tmp_path)
    sizes = sizes_of(any_fleet).database

    assert int(found["innodb_buffer_pool_size"]) == sizes.buffer_pool_mb * 1024 * 1024
    assert int(found["innodb_log_file_size"]) == sizes.redo_log_mb * 1024 * 1024
    assert int(found["max_connections"]) == sizes.max_connections
    assert "unknown" not in said.lower()
    assert "deprecated" not in said.lower()


class TestSiteAccount:
    def test_reads_and_writes_rows(self, accounts):
        done = accounts.run_as(SITE, "secret", "INSERT INTO game_day.goal VALUES (1)")
        assert done.returncode == 0, done.stderr
        assert accounts.run_as(SITE, "secret", "SELECT id FROM game_day.goal").stdout == "1\n"

    @pytest.mark.parametrize(
        "sql",
        [
            "DROP TABLE game_day.goal",
            "ALTER TABLE game_day.goal ADD minute INT",
            "CREATE TABLE game_day.other (id INT)",
            "SELECT user FROM mysql.user",
            "CREATE USER thief",
            "SET GLOBAL max_connections = 1000",
            "SELECT 1 INTO OUTFILE '/tmp/kickoff-stolen'",
        ],
    )
    def test_may_do_nothing_else(self, accounts, sql):
        done = accounts.run_as(SITE, "secret", sql)
        assert done.returncode == 1
        assert "denied" in done.stderr

    def test_has_no_more_than_its_connections(self, accounts):
        sql = f"SELECT max_user_connections FROM mysql.user WHERE user = '{SITE}'"
        assert accounts.run(sql).stdout == "107\n"  # 60 + 20 + 4 + 18 + 5

    def test_its_statements_end_after_five_seconds(self, accounts):
        shown = accounts.run_as(SITE, "secret", "SELECT @@max_statement_time")
        assert shown.stdout == "5.000000\n"
        limited = "SET STATEMENT max_statement_time = 0.1 FOR SELECT SLEEP(3)"
        assert "max_statement_time exceeded" in accounts.run_as(SITE, "secret", limited).stderr


def test_nobody_sends_files_of_their_machine(accounts, tmp_path):
    """Not even a client that would."""
    (tmp_path / "goals").write_text("7\n")
    sql = f"LOAD DATA LOCAL INFILE '{tmp_path}/goals' INTO TABLE game_day.goal"
    place = [f"--host={accounts.host}", f"--port={accounts.port}", "--local-infile=1"]
    done = accounts.run(sql, *place, f"--user={SITE}", "--password=secret", check=False)

    assert done.returncode == 1
    assert "local" in done.stderr.lower()


class TestOwnerAccount:
    def test_changes_tables(self, accounts):
        sql = "CREATE TABLE game_day.made (id INT); DROP TABLE game_day.made"
        done = accounts.run_as(OWNER, "secret", sql)
        assert done.returncode == 0, done.stderr

    def test_has_an_hour_for_a_statement(self, accounts):
        shown = accounts.run_as(OWNER, "secret", "SELECT @@max_statement_time")
        assert shown.stdout == "3600.000000\n"

    def test_sees_no_other_database(self, accounts):
        done = accounts.run_as(OWNER, "secret", "SELECT user FROM mysql.user")
        assert "denied" in done.stderr


def test_accounts_from_elsewhere_do_not_exist(accounts):
    rows = accounts.run("SELECT DISTINCT host FROM mysql.user WHERE user LIKE 'game_day%'").stdout
    assert rows == f"{HOST}\n"
