"""How full a disk is, in bytes and in inodes."""

from __future__ import annotations

from collections import namedtuple

import pytest
from django.conf import settings as site_settings

from kickoff.health import probes
from kickoff.health.registry import Level, registry

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
