"""Transactions, savepoints, iterators and TLS behave as Django documents them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.transaction import TransactionManagementError

from kickoff.dbpool.pool import HOT_S
from kickoff.dbpool.tests.databases import SSCursor, sql_on
from kickoff.testing.processes import program, server_folder
from kickoff.testing.servers import MariaDBProcess


@pytest.fixture
def goals(database):
    sql_on(database.server, f"CREATE TABLE {database.name}.goals (minute INT PRIMARY KEY)")
    return database


def shoot(database, minute):
    with database.connection.cursor() as cursor:
        cursor.execute("INSERT INTO goals VALUES (%s)", [minute])


def shoot_again(database, minute, again):
    with transaction.atomic(using=database.alias):
        shoot(database, minute)
        shoot(database, again)


def minutes(database):
    rows = sql_on(database.server, f"SELECT minute FROM {database.name}.goals ORDER BY 1")
    return [row[0] for row in rows]


class TestAtomic:
    def test_commits(self, goals):
        with transaction.atomic(using=goals.alias):
            shoot(goals, 1)
            assert minutes(goals) == []
        assert minutes(goals) == [1]

    def test_an_inner_block_is_a_savepoint(self, goals):
        with transaction.atomic(using=goals.alias):
            shoot(goals, 1)
            with pytest.raises(DatabaseError):
                shoot_again(goals, 2, 1)
            shoot(goals, 3)
        assert minutes(goals) == [1, 3]

    def test_a_failure_forbids_more_queries_in_the_block(self, goals):
        with transaction.atomic(using=goals.alias):
            with pytest.raises(DatabaseError), transaction.atomic(goals.alias, savepoint=False):
                goals.ask("SELECT nothing")
            with pytest.raises(TransactionManagementError):
                shoot(goals, 1)
            transaction.set_rollback(True, using=goals.alias)
        assert minutes(goals) == []

    def test_savepoints_by_hand(self, goals):
        with transaction.atomic(using=goals.alias):
            shoot(goals, 1)
            point = goals.connection.savepoint()
            shoot(goals, 2)
            goals.connection.savepoint_rollback(point)
        assert minutes(goals) == [1]

    def test_on_commit_runs_after_the_commit(self, goals):
        seen = []
        with transaction.atomic(using=goals.alias):
            shoot(goals, 1)
            transaction.on_commit(lambda: seen.append(minutes(goals)), using=goals.alias)
        assert seen == [[1]]

    def test_without_autocommit(self, goals):
        transaction.set_autocommit(False, using=goals.alias)
        shoot(goals, 1)
        transaction.rollback(using=goals.alias)
        shoot(goals, 2)
        transaction.commit(using=goals.alias)
        transaction.set_autocommit(True, using=goals.alias)
        assert minutes(goals) == [2]

    def test_select_for_update_locks_until_the_end(self, goals):
        shoot(goals, 1)
        other = connections[goals.alias].copy()
        with transaction.atomic(using=goals.alias):
            goals.ask("SELECT * FROM goals FOR UPDATE")
            with pytest.raises(DatabaseError), other.cursor() as cursor:
                cursor.execute("SELECT * FROM goals FOR UPDATE NOWAIT")
        with other.cursor() as cursor:
            cursor.execute("SELECT * FROM goals FOR UPDATE NOWAIT")
        other.close()


class TestCursors:
    @pytest.mark.parametrize("options", [{}, {"cursorclass": SSCursor}])
    def test_chunked(self, mariadb_server, new_database, options):
        database = new_database(mariadb_server, OPTIONS=options)
        with database.connection.chunked_cursor() as cursor:
            cursor.execute("SELECT seq FROM seq_1_to_1000")
            assert cursor.fetchmany(2) == ((1,), (2,))
            assert len(cursor.fetchall()) == 998
        assert database.request("SELECT 1") == 1

    def test_a_failure_of_integrity_is_one(self, goals):
        shoot(goals, 1)
        with pytest.raises(IntegrityError):
            shoot(goals, 1)
        with pytest.raises(IntegrityError), goals.connection.cursor() as cursor:
            cursor.execute("INSERT INTO goals VALUES (NULL)")
        goals.connection.close()
        assert goals.status.losses == 0
        assert goals.status.connects == 1

    def test_many(self, goals):
        with goals.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO goals VALUES (%s)", [[1], [2]])
        assert minutes(goals) == [1, 2]


class TlsMariaDB(MariaDBProcess):
    """With a certificate of its own."""

    def certify(self) -> None:
        self.certificate, self.key = self.folder / "server.pem", self.folder / "server.key"
        subprocess.run(
            [
                *(program("openssl", package="openssl"), "req", "-x509", "-newkey", "rsa:2048"),
                *("-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", str(self.key)),
                *("-addext", "subjectAltName=IP:127.0.0.1", "-out", str(self.certificate)),
            ],
            check=True,
            capture_output=True,
        )
        self.key.chmod(0o644)

    def command(self) -> Sequence[str]:
        return [*super().command(), f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}"]


@pytest.fixture(scope="module")
def tls_server():
    folder = server_folder()
    server = TlsMariaDB(folder)
    server.certify()
    server.install()
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


class TestTls:
    def test_the_connection_is_encrypted_and_kept(self, tls_server, new_database):
        ssl = {"ca": str(tls_server.certificate)}
        database = new_database(tls_server, OPTIONS={"ssl": ssl})
        first = database.request()
        assert database.request() == first
        with database.connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
            assert cursor.fetchone()[1] != ""

    def test_a_killed_one_is_found(self, tls_server, new_database):
        database = new_database(tls_server, OPTIONS={"ssl": {"ca": str(tls_server.certificate)}})
        first = database.request()
        sql_on(tls_server, "KILL %s", first)
        time.sleep(2 * HOT_S)
        assert database.request() != first

    def test_a_wrong_certificate_is_refused(self, tls_server, new_database, tmp_path):
        wrong = tmp_path / "wrong.pem"
        wrong.write_text("no certificate")
        database = new_database(
            tls_server, OPTIONS={"ssl": {"ca": str(wrong)}, "ssl_mode": "VERIFY_CA"}
        )
        with pytest.raises(DatabaseError):
            database.request()
