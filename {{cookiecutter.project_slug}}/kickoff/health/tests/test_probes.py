"""What the probes find, and how bad they call it."""

from __future__ import annotations

from collections import namedtuple
from datetime import timedelta

import pytest
from django.conf import settings as site_settings
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pymemcache.client.base import Client

from kickoff.caching.leadership import Leadership
from kickoff.caching.models import Leader, Mark
from kickoff.health import probes
from kickoff.health.connections import bounded_connections
from kickoff.health.database import look_at_database, missing_shards
from kickoff.health.drain import drain
from kickoff.health.memcached import look_at_memcached, memcached_names
from kickoff.health.registry import Level, registry
from kickoff.testing.servers import running_memcached


@pytest.mark.django_db(transaction=True)
@pytest.mark.unaudited
class TestTheDatabase:
    def test_answers(self):
        found = look_at_database()["database"]
        assert found.level == Level.PASS
        assert found.facts["vendor"] == connection.vendor
        assert found.facts["connect_ms"] >= 0

    def test_that_does_not_answer_leaves_nothing_known(self):
        def fail(execute, sql, params, many, context):
            raise OperationalError("gone away: 10.0.0.5")

        with connection.execute_wrapper(fail):
            found = look_at_database()
        assert found["database"].text == "OperationalError"
        for name in ("migrations", "refresher", "marks"):
            assert found[name].level == Level.FAIL
            assert found[name].text == "the database does not answer"

    def test_one_table_that_is_missing_hides_no_other_finding(self):
        def fail(execute, sql, params, many, context):
            if "caching_mark" in sql:
                raise OperationalError("no such table")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail):
            found = look_at_database()
        assert found["marks"].text == "OperationalError"
        assert found["database"].level == found["migrations"].level == Level.PASS


@pytest.mark.django_db(transaction=True)
class TestTheRefresher:
    def find(self):
        return look_at_database()["refresher"]

    def test_that_never_ran_fails(self):
        found = self.find()
        assert (found.level, found.text) == (Level.FAIL, "no refresher runs")
        assert found.facts == {"age_s": None, "leading": 0}

    def test_that_leads_passes_and_tells_its_age(self):
        Leadership("1/1").acquire()
        found = self.find()
        assert (found.level, found.facts["leading"]) == (Level.PASS, 1)
        assert -0.1 < found.facts["age_s"] < 2.9
        assert 0 <= found.facts["leads_for_s"] < 2.9

    def test_that_went_away_fails_and_tells_for_how_long(self):
        Leadership("1/1").acquire()
        Leader.objects.update(expires_at=timezone.now() - timedelta(seconds=57))
        found = self.find()
        assert (found.level, found.text) == (Level.FAIL, "no refresher runs")
        assert 60 <= found.facts["age_s"] < 65

    def test_of_which_a_shard_is_missing_fails(self):
        for shard in ("1/3", "3/3"):
            Leadership(shard).acquire()
        assert self.find().text == "nobody leads 2/3"

    def test_of_a_site_that_caches_nothing_is_not_missed(self, monkeypatch):
        monkeypatch.setattr("kickoff.health.database.entries", [])
        assert self.find().level == Level.PASS

    def test_rows_of_an_older_division_do_not_count(self):
        assert missing_shards({"1/1", "1/2"}) == []
        assert missing_shards({"2/4", "1/2", "2/2"}) == []
        assert missing_shards({"2/4"}) == ["1/4", "3/4", "4/4"]


@pytest.mark.django_db(transaction=True)
class TestTheMarks:
    @pytest.mark.parametrize(
        ("age_s", "level", "text"),
        [
            (1, Level.PASS, ""),
            (20, Level.WARN, "changes are shown late"),
            (400, Level.FAIL, "changes are not shown"),
        ],
    )
    def test_are_judged_by_the_oldest(self, age_s, level, text):
        Mark.objects.create(entry="a", arguments="[]")
        Mark.objects.update(created_at=timezone.now() - timedelta(seconds=age_s))
        Mark.objects.create(entry="a", arguments="[]")
        found = look_at_database()["marks"]
        assert (found.level, found.text, found.facts["waiting"]) == (level, text, 2)
        assert age_s <= found.facts["oldest_age_s"] < age_s + 5

    def test_none_is_best(self):
        found = look_at_database()["marks"]
        assert found.facts == {"waiting": 0, "oldest_age_s": 0.0}


@pytest.mark.django_db(transaction=True)
class TestMigrations:
    def test_none_is_pending_in_a_new_database(self):
        assert look_at_database()["migrations"].facts == {"pending": 0}

    @pytest.mark.unaudited
    def test_a_pending_one_is_a_warning_with_its_name(self):
        recorder = MigrationRecorder(connection)
        recorder.record_unapplied("sessions", "0001_initial")
        try:
            found = look_at_database()["migrations"]
        finally:
            recorder.record_applied("sessions", "0001_initial")
        assert (found.level, found.text) == (Level.WARN, "sessions.0001_initial waits")
        assert found.facts == {"pending": 1}


class TestMemcached:
    def test_that_keeps_what_it_is_given_passes(self, memcached_server):
        found = look_at_memcached(memcached_server.address)
        assert found.level == Level.PASS
        assert 900 < found.facts["max_connections"] < 1024
        assert found.facts["connections"] >= 1
        assert found.facts["evictions"] == 0

    def test_that_is_frozen_raises_within_the_limit(self, memcached_server, settings):
        settings.HEALTH_PROBE_TIMEOUT_S = 0.1
        memcached_server.freeze()
        with pytest.raises(TimeoutError):
            look_at_memcached(memcached_server.address)

    def test_that_forgets_fails(self, memcached_server, monkeypatch):
        monkeypatch.setattr(Client, "get", lambda self, key: None)
        found = look_at_memcached(memcached_server.address)
        assert (found.level, found.text) == (Level.FAIL, "does not keep what it is given")

    def test_with_few_connections_left_is_a_warning(self):
        with running_memcached("-c", "100") as server:
            clients = []
            allowed = server.stat("max_connections") - server.stat("reserved_fds")
            while server.stat("curr_connections") < 0.85 * allowed:
                clients.append(Client(server.address))
                clients[-1].version()
            found = look_at_memcached(server.address)
            for client in clients:
                client.close()
        assert (found.level, found.text) == (Level.WARN, "few connections are left")

    def test_each_of_the_list_has_a_probe_of_its_own(self, settings):
        settings.CACHE_URL = "memcached://10.0.0.5,10.0.0.6:11212"
        assert memcached_names() == ["10.0.0.5:11211", "10.0.0.6:11212"]
        names = [name for probe in registry for name in probe.names]
        assert {"memcached 10.0.0.5:11211", "memcached 10.0.0.6:11212"} <= set(names)
        assert "slots" not in names


class TestTheSlotsInAFile:
    def test_have_a_probe_without_memcached(self, settings, tmp_path):
        settings.CACHE_URL = f"sqlite:///{tmp_path / 'slots.sqlite3'}"
        assert memcached_names() == []
        assert "slots" in [name for probe in registry for name in probe.names]
        assert probes.look_at_slots().level == Level.PASS


class TestThisNode:
    def test_a_drain_is_a_warning_until_it_is_undone(self, drain_file):
        assert probes.look_at_drain().level == Level.PASS
        drain("new disk")
        found = probes.look_at_drain()
        assert (found.level, found.facts["reason"]) == (Level.WARN, "new disk")

    def test_a_drain_file_that_cannot_be_read_is_a_warning(self, settings, tmp_path):
        settings.DRAIN_FILE = tmp_path  # a folder
        assert probes.look_at_drain().text.startswith("DRAIN_FILE cannot be read")


StatVfs = namedtuple("StatVfs", "f_frsize f_blocks f_bfree f_bavail f_files f_favail")


class TestADisk:
    @pytest.fixture
    def find(self, monkeypatch, tmp_path):
        """A disk of 100,000 blocks of 4 kB with so many left, and so many inodes of 10,000."""

        def find(blocks, inodes, files=10_000):
            state = StatVfs(4096, 100_000, blocks + 5_000, blocks, files, inodes)
            monkeypatch.setattr("os.statvfs", lambda folder: state)
            return probes.look_at_disk(tmp_path)

        return find

    @pytest.mark.parametrize(
        ("blocks", "inodes", "level"),
        [
            (50_000, 5_000, Level.PASS),
            (14_000, 5_000, Level.WARN),
            (50_000, 1_400, Level.WARN),
            (4_900, 5_000, Level.FAIL),
            (50_000, 490, Level.FAIL),
        ],
    )
    def test_is_judged_by_what_is_scarcer(self, find, blocks, inodes, level):
        assert find(blocks, inodes).level == level

    def test_tells_its_numbers(self, find):
        assert find(50_000, 2_500).facts == {
            "free_mb": 195,
            "free_percent": 50.0,
            "free_inodes": 2_500,
            "free_inodes_percent": 25.0,
        }

    def test_without_a_table_of_inodes_is_judged_by_its_bytes(self, find):
        found = find(50_000, 0, files=0)
        assert (found.level, found.facts["free_inodes"]) == (Level.PASS, None)

    def test_that_is_not_there_fails(self):
        assert probes.look_at_disk("/nowhere").text == "there is no such folder"

    def test_each_watched_folder_has_one(self, settings):
        settings.HEALTH_FOLDERS = ["/var", "/var"]
        names = [name for probe in registry for name in probe.names]
        assert names.count("disk /var") == 1
        assert f"disk {site_settings.BASE_DIR}" in names


@pytest.mark.django_db(transaction=True)
class TestBoundedConnections:
    def test_are_others_and_are_closed_at_the_end(self):
        usual = connections["default"]
        with bounded_connections(0.3):
            bounded = connections["default"]
            bounded.ensure_connection()
            assert bounded is not usual
            assert bounded.settings_dict["NAME"] == usual.settings_dict["NAME"]
        assert bounded.connection is None
        assert connections["default"] is usual

    def test_of_mysql_wait_a_whole_second_and_come_from_no_pool(self, monkeypatch):
        mysql = {
            **connections.settings["default"],
            "ENGINE": "django.db.backends.mysql",
            "OPTIONS": {"pool": True, "charset": "utf8mb4"},
        }
        monkeypatch.setitem(connections.settings, "default", mysql)
        with bounded_connections(0.3):
            assert connections["default"].settings_dict["OPTIONS"] == {
                "charset": "utf8mb4",
                "connect_timeout": 1,
                "read_timeout": 1,
                "write_timeout": 1,
            }
        assert mysql["OPTIONS"]["pool"] is True
