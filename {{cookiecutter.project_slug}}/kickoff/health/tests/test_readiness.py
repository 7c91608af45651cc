"""A node is ready by what is its own."""

from __future__ import annotations

import pytest
from django.test import Client

from kickoff.health.drain import drain, undrain


@pytest.fixture
def readyz(drain_file):
    return lambda: (lambda r: (r.status_code, r.text))(Client().get("/readyz"))


@pytest.mark.usefixtures("warm")
class TestAWarmNode:
    def test_is_ready(self, readyz):
        assert readyz() == (200, "ready\n")

    def test_says_404_while_it_drains(self, readyz):
        drain("new disk")
        assert readyz() == (404, "draining\n")
        undrain()
        assert readyz() == (200, "ready\n")

    @pytest.mark.parametrize("limit", ["HEALTH_DISK_FULL_MB", "HEALTH_DISK_FULL_INODES"])
    def test_is_not_ready_when_a_disk_is_full(self, readyz, settings, limit):
        setattr(settings, limit, 1e15)
        assert readyz() == (503, "disk full\n")

    def test_is_ready_when_a_watched_folder_is_not_there(self, readyz, settings):
        settings.HEALTH_FOLDERS = ["/nowhere"]
        assert readyz() == (200, "ready\n")

    def test_is_not_ready_when_a_disk_is_full_and_another_folder_is_not_there(
        self, readyz, settings
    ):
        settings.HEALTH_FOLDERS, settings.HEALTH_DISK_FULL_MB = ["/nowhere"], 1e15
        assert readyz() == (503, "disk full\n")

    def test_is_ready_when_the_folder_of_the_drain_file_is_not_there(self, readyz, settings):
        settings.DRAIN_FILE = "/nowhere/drain"
        assert readyz() == (200, "ready\n")


def test_a_cold_process_is_not_ready(readyz, monkeypatch):
    monkeypatch.setattr("kickoff.health.warmup._finished", False)
    assert readyz() == (503, "warming up\n")
