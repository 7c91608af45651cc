"""What the probes find, and how bad they call it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pymemcache.client.base import Client

from kickoff.caching.leadership import Leadership
from kickoff.caching.models import Leader, Mark
from kickoff.health import probes
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
