"""Who leads, when the leader is gone, and that two never lead by the database's clock."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from kickoff.caching.leadership import Leadership
from kickoff.caching.models import Leader

pytestmark = pytest.mark.django_db


def expire():
    Leader.objects.update(expires_at=F("expires_at") - timedelta(seconds=10))


def test_the_first_leads_and_the_second_stands_by():
    first, second = Leadership("1/1"), Leadership("1/1")
    assert first.acquire()
    assert not second.acquire()
    assert first.acquire()


def test_the_leader_renews():
    first = Leadership("1/1")
    assert first.acquire()
    before = Leader.objects.get().expires_at
    Leader.objects.update(expires_at=before - timedelta(seconds=1))
    assert first.acquire()
    assert Leader.objects.get().expires_at >= before


def test_when_the_leader_is_silent_the_second_takes_over():
    first, second = Leadership("1/1"), Leadership("1/1")
    first.acquire()
    expire()
    assert second.acquire()
    assert not first.acquire()
    assert Leader.objects.get().holder == second.holder


def test_who_resigns_is_followed_at_once():
    first, second = Leadership("1/1"), Leadership("1/1")
    first.acquire()
    first.resign()
    assert second.acquire()


def test_each_shard_has_a_leader_of_its_own():
    assert Leadership("1/2").acquire()
    assert Leadership("2/2").acquire()


class TestCommands:
    def test_the_status_says_that_nobody_refreshes(self, capsys):
        call_command("refresh_cache", status=True)
        assert "No refresher is running" in capsys.readouterr().out

    def test_the_status_is_one_json_document(self):
        leadership = Leadership("1/1")
        leadership.acquire()
        out = io.StringIO()
        call_command("refresh_cache", "--status", "--json", stdout=out)
        found = json.loads(out.getvalue())
        assert found["leaders"][0]["holder"] == leadership.holder
        assert found["leaders"][0]["is_alive"] is True
        assert found["marks_waiting"] == 0

    @pytest.mark.parametrize("shard", ["0/2", "3/2", "x"])
    def test_a_shard_that_is_none_is_refused(self, shard):
        with pytest.raises(CommandError, match="is no shard"):
            call_command("refresh_cache", "--once", f"--shard={shard}")
