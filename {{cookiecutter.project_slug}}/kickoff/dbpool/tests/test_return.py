"""What comes back to the pool has nothing of its user left on it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.db import DatabaseError, ProgrammingError, transaction

from kickoff.dbpool.tests.databases import SSCursor, sql_on
from kickoff.testing.waiting import wait_until


@pytest.fixture
def goals(database):
    """An empty table, and a pool of one idle connection."""
    sql_on(database.server, f"CREATE TABLE {database.name}.goals (minute INT PRIMARY KEY)")
    database.request()
    return database


def shot(database):
    return [row[0] for row in sql_on(database.server, f"SELECT minute FROM {database.name}.goals")]


def open_transactions(database):
    return sql_on(database.server, "SELECT COUNT(*) FROM information_schema.innodb_trx")[0][0]


def shoot(database, minute):
    with database.connection.cursor() as cursor:
        cursor.execute("INSERT INTO goals VALUES (%s)", [minute])


class TestTransactions:
    def test_an_open_one_is_rolled_back(self, goals):
        goals.connection.set_autocommit(False)
        shoot(goals, 12)
        goals.connection.close()
        assert (shot(goals), open_transactions(goals)) == ([], 0)
        assert goals.request("SELECT @@autocommit") == 1
        assert goals.status.connects == 1

    def test_one_that_is_left_by_an_exception_is_rolled_back(self, goals):
        with suppress(ZeroDivisionError), transaction.atomic(using=goals.alias):
            shoot(goals, 12)
            raise ZeroDivisionError
        goals.connection.close()
        assert (shot(goals), open_transactions(goals)) == ([], 0)
        assert goals.status.connects == 1

    def test_one_that_failed_is_rolled_back(self, goals):
        goals.connection.set_autocommit(False)
        shoot(goals, 12)
        with pytest.raises(DatabaseError):
            shoot(goals, 12)
        goals.connection.close()
        assert (shot(goals), open_transactions(goals)) == ([], 0)
        assert goals.request("SELECT @@autocommit") == 1

    def test_one_begun_in_sql_is_rolled_back(self, goals):
        first = goals.ask("SELECT CONNECTION_ID()")
        with goals.connection.cursor() as cursor:
            cursor.execute("  start transaction")
        shoot(goals, 12)
        goals.connection.close()
        assert (shot(goals), open_transactions(goals)) == ([], 0)
        assert goals.request() != first

    def test_a_committed_one_stays(self, goals):
        with transaction.atomic(using=goals.alias):
            shoot(goals, 12)
        goals.connection.close()
        assert shot(goals) == [12]

    def test_one_that_is_closed_inside_is_rolled_back_and_stays_closed(self, goals):
        with transaction.atomic(using=goals.alias):
            shoot(goals, 12)
            goals.connection.close()
            assert goals.status.checked_out == 0
            with pytest.raises(ProgrammingError, match="Cannot open a new connection in an atomic"):
                shoot(goals, 13)
            assert not goals.connection.is_usable()
        assert (shot(goals), open_transactions(goals)) == ([], 0)
        shoot(goals, 14)
        assert shot(goals) == [14]


class TestSession:
    @pytest.mark.parametrize(
        "statement",
        [
            "SET SESSION sql_mode = 'ANSI'",
            "set foreign_key_checks = 0",
            "USE mysql",
            "LOCK TABLES goals WRITE",
            "CREATE TEMPORARY TABLE line_up (player INT)",
            b"SET @home = 1",
            "CREATE OR REPLACE TEMPORARY TABLE line_up (player INT)",
            "/* traced */ SET @home = 1",
            "-- traced\n# twice\nSET @home = 1",
            "/*!40101 SET @home = 1 */",
            "PREPARE question FROM 'SELECT 1'",
            "FLUSH TABLES WITH READ LOCK",
        ],
    )
    def test_that_was_changed_by_hand_meets_nobody_else(self, goals, statement):
        first = goals.ask("SELECT CONNECTION_ID()")
        with goals.connection.cursor() as cursor:
            cursor.execute(statement)
        goals.connection.close()
        wait_until(lambda: first not in goals.connection_ids())
        assert goals.request() != first

    @pytest.mark.parametrize(
        "statement",
        [
            "SELECT 1",
            "UPDATE goals SET minute = 1",
            "CREATE TABLE setting (a INT)",
            "/* a */ SELECT 1 /* b */",
            f"{' ' * 5000}SELECT 1",
        ],
    )
    def test_that_was_not_goes_to_the_next(self, goals, statement):
        first = goals.ask("SELECT CONNECTION_ID()")
        with goals.connection.cursor() as cursor:
            cursor.execute(statement)
        goals.connection.close()
        assert goals.request() == first

    @pytest.mark.parametrize("method", ["execute", "executemany", "callproc"])
    def test_that_was_interrupted_meets_nobody_else(self, goals, monkeypatch, method):
        first = goals.ask("SELECT CONNECTION_ID()")

        def interrupted(*_):
            raise KeyboardInterrupt

        with goals.connection.cursor() as cursor:
            monkeypatch.setattr(cursor.cursor.cursor, method, interrupted)
            with pytest.raises(KeyboardInterrupt):
                getattr(cursor, method)("SELECT 1", [])
        goals.connection.close()
        assert goals.request() != first

    def test_that_met_wrong_data_goes_to_the_next(self, goals):
        first = goals.ask("SELECT CONNECTION_ID()")
        with pytest.raises(DatabaseError), goals.connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM goals")
        goals.connection.close()
        assert goals.request() == first
        assert goals.status.losses == 0


class TestCursors:
    def test_rows_that_have_arrived_stay_readable(self, goals):
        with goals.connection.cursor() as cursor:
            cursor.execute("SELECT 1 UNION SELECT 2 UNION SELECT 3")
            assert cursor.fetchone() == (1,)
            goals.connection.close()
            assert cursor.fetchall() == ((2,), (3,))

    def test_an_old_one_cannot_use_the_connection_of_the_next(self, goals):
        old = goals.connection.cursor()
        old.execute("SELECT 1")
        goals.connection.close()
        assert goals.ask("SELECT 2") == 2
        with pytest.raises(DatabaseError):
            old.execute("SELECT 3")
        old.close()
        assert goals.ask("SELECT 4") == 4

    @pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "forgotten"])
    @pytest.mark.parametrize(
        "statement",
        ["CALL kick_off()", "SELECT 1; SELECT 2", "/* a */ execute immediate 'CALL kick_off()'"],
    )
    def test_answers_that_nobody_fetched_are_in_nobodys_way(self, goals, statement, is_kept):
        sql_on(
            goals.server, f"CREATE PROCEDURE {goals.name}.kick_off() BEGIN SELECT 1; SELECT 2; END"
        )
        first = goals.ask("SELECT CONNECTION_ID()")
        cursor = goals.connection.cursor()
        cursor.execute(statement)
        if not is_kept:
            del cursor
        goals.connection.close()
        with transaction.atomic(using=goals.alias):
            shoot(goals, 12)
        assert shot(goals) == [12]
        assert goals.request() == first

    def test_answers_of_a_procedure_are_in_nobodys_way(self, goals):
        sql_on(
            goals.server, f"CREATE PROCEDURE {goals.name}.kick_off() BEGIN SELECT 1; SELECT 2; END"
        )
        cursor = goals.connection.cursor()
        cursor.callproc("kick_off")
        goals.connection.close()
        with transaction.atomic(using=goals.alias):
            shoot(goals, 12)
        assert shot(goals) == [12]

    def test_an_unfinished_one_on_the_server_is_in_nobodys_way(self, mariadb_server, new_database):
        database = new_database(mariadb_server, OPTIONS={"cursorclass": SSCursor})
        cursor = database.connection.cursor()
        cursor.execute("SELECT seq FROM seq_1_to_5000")
        assert cursor.fetchone() == (1,)
        first = cursor.db.connection.thread_id()
        database.connection.close()
        assert database.request() == first
        cursor.close()
        assert database.request() == first
