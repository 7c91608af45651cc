import os
import socket
import time

import pytest

from kickoff.testing.processes import program
from kickoff.testing.servers import running_mariadb, running_memcached


class TestMemcached:
    def test_leaves_no_process_and_no_file(self):
        with running_memcached() as server:
            pid, folder = server.pid, server.folder
            assert folder.is_dir()

        assert not folder.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_leaves_none_after_an_error_either(self):
        servers = []

        def fail():
            with running_memcached() as server:
                servers.append((server.pid, server.folder))
                server.freeze()
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        ((pid, folder),) = servers

        assert not folder.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_says_why_it_did_not_start(self):
        with pytest.raises(RuntimeError, match="did not start"), running_memcached("-I", "9g"):
            pass

    def test_does_not_run_as_root(self):
        with running_memcached() as server:
            assert os.stat(f"/proc/{server.pid}").st_uid != 0

    def test_freezes_and_thaws(self):
        with running_memcached() as server:
            server.freeze()
            started = time.monotonic()
            assert server.ask("version") == b""
            assert time.monotonic() - started >= 1
            server.thaw()
            assert server.ask("version").startswith(b"VERSION")

    def test_a_restart_keeps_the_address(self):
        with running_memcached() as server:
            pid, address = server.pid, server.address
            server.restart()

            assert server.address == address
            assert server.pid != pid
            assert server.answers()


class TestMariaDB:
    def test_starts_restarts_and_leaves_nothing(self):
        with running_mariadb() as server:
            pid, folder = server.pid, server.folder
            server.restart()
            with socket.create_connection((server.host, server.port), timeout=5) as connection:
                assert b"MariaDB" in connection.recv(100)
            server.stop()
            server.start()
            assert server.answers()

        assert not folder.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    def test_root_comes_in_without_a_password_on_both_ways(self, mariadb_server):
        mysqldb = pytest.importorskip("MySQLdb")
        for place in (
            {"host": mariadb_server.host, "port": mariadb_server.port},
            {"unix_socket": str(mariadb_server.socket)},
        ):
            connection = mysqldb.connect(user="root", password="", **place)
            connection.query("CREATE DATABASE IF NOT EXISTS kickoff_probe")
            connection.query("DROP DATABASE kickoff_probe")
            connection.close()

    def test_its_temporary_tables_are_out_of_reach_of_others(self, mariadb_server):
        """A server that starts removes what it finds of another one in a shared folder."""
        mysqldb = pytest.importorskip("MySQLdb")
        connection = mysqldb.connect(unix_socket=str(mariadb_server.socket), user="root")
        cursor = connection.cursor()
        cursor.execute("SELECT @@GLOBAL.tmpdir")
        assert cursor.fetchone() == (str(mariadb_server.folder),)
        connection.close()

    def test_its_url(self, mariadb_server):
        port = mariadb_server.port
        assert mariadb_server.url("fantasy") == f"mysql://root@127.0.0.1:{port}/fantasy"


class TestProgram:
    def test_a_program_outside_of_the_path_is_found(self, monkeypatch):
        monkeypatch.setenv("PATH", "/nowhere")
        assert program("nologin", package="login").endswith("sbin/nologin")

    def test_a_missing_one_skips_the_test_and_says_what_to_install(self, monkeypatch):
        monkeypatch.delenv("CI", raising=False)
        with pytest.raises(pytest.skip.Exception, match="kick-off is not installed: install ball"):
            program("kick-off", package="ball")

    def test_a_missing_one_fails_the_test_in_ci(self, monkeypatch):
        monkeypatch.setenv("CI", "true")
        with pytest.raises(pytest.fail.Exception, match="kick-off is not installed"):
            program("kick-off", package="ball")
