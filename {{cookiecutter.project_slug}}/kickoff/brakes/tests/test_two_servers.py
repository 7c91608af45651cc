"""One file of options for MariaDB and MySQL, and what a running one of them says."""

from __future__ import annotations

import pytest

from kickoff.brakes.live import mysql
from kickoff.brakes.registry import RULES, apply
from kickoff.brakes.results import Status
from kickoff.brakes.values import Value


class TestOneFileForTwoServers:
    """[mariadb] and [mysqld-8.4] of the tuned file: each server is held against its own."""

    # What both tell when they run with this file, and what each of them tells beside it.
    MYSQL = {
        "version": "8.4.3",
        "innodb_io_capacity": "10000",
        "innodb_log_file_size": "50331648",
        "innodb_redo_log_capacity": str(1536 * 2**20),
        "innodb_buffer_pool_size": str(6144 * 2**20),
        "max_execution_time": "5000",
    }
    MARIADB = {
        "version": "10.11.6-MariaDB-log",
        "innodb_io_capacity": "2000",
        "innodb_log_file_size": str(1536 * 2**20),
        "innodb_buffer_pool_size": str(6144 * 2**20),
        "max_statement_time": "5.000000",
    }

    @pytest.mark.parametrize("running", [MYSQL, MARIADB], ids=["MySQL", "MariaDB"])
    def test_runs_as_written(self, sound, tmp_path, running):
        site = sound.read(tmp_path)
        values = {name: Value(name, value, "running") for name, value in running.items()}
        assert mysql.running_as(site, values) == []
        assert apply(RULES["C60c"], site).status is Status.OK

    def test_what_differs_is_found_in_its_own_group(self, sound, tmp_path):
        site = sound.read(tmp_path)
        running = {**self.MYSQL, "max_execution_time": "0"}
        values = {name: Value(name, value, "running") for name, value in running.items()}
        assert [value.value for value in mysql.running_as(site, values)] == ["5000", "0"]

    @pytest.mark.parametrize(
        ("running", "status"),
        [
            (MARIADB, Status.IDLE),
            (MYSQL, Status.IDLE),
            ({**MYSQL, "mysqlx_bind_address": "*"}, Status.ERROR),
            ({**MYSQL, "mysqlx_bind_address": "10.0.0.5"}, Status.OK),
        ],
    )
    def test_the_second_protocol_is_seen_where_it_runs(self, sound, tmp_path, running, status):
        site = sound.read(tmp_path)
        mysql.running_as(site, {name: Value(name, v, "running") for name, v in running.items()})
        assert apply(RULES["C63b"], site).status is status
