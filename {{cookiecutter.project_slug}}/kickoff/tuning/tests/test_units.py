"""deploy/systemd/ and deploy/compose.yaml, judged by systemd and by the schema of compose."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kickoff.testing.fleet import example_fleet
from kickoff.testing.processes import program
from kickoff.tuning.files import tuned_files

SECURE_ENOUGH = 4.0  # of 10, by systemd's own count; below it says OK


@pytest.fixture
def written(any_fleet, tmp_path):
    """The files of a fleet, their programs replaced by one that this machine has."""
    for file in tuned_files(any_fleet):
        file.write(tmp_path)
    units = tmp_path / "systemd"
    for unit in [*units.glob("*.service"), *units.glob("*.timer")]:
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text())
        unit.write_text(text.replace(f"{any_fleet.site.name}-disk-watch", "disk-watch"))
    return tmp_path


def verdict(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [program("systemd-analyze", package="systemd"), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize(
    "unit",
    [
        "web.service",
        "web-prefork.service",
        "refresher.service",
        "disk-watch.service",
        "disk-watch.timer",
    ],
)
def test_systemd_finds_nothing_wrong(written, unit):
    judged = verdict("verify", "--man=no", str(written / "systemd" / unit))
    own = [line for line in judged.stderr.splitlines() if f"{unit}:" in line]

    assert (judged.returncode, own) == (0, [])


@pytest.mark.parametrize(
    "unit", ["web.service", "web-prefork.service", "refresher.service", "disk-watch.service"]
)
def test_systemd_calls_it_hardened(written, unit):
    limit = str(round(SECURE_ENOUGH * 10))
    judged = verdict(
        "security", "--offline=yes", f"--threshold={limit}", str(written / "systemd" / unit)
    )
    assert judged.returncode == 0, judged.stdout[-300:]


def test_the_limits_are_as_computed():
    files = {file.name: file.text for file in tuned_files(example_fleet())}
    web, refresher = files["systemd/web.service"], files["systemd/refresher.service"]
    prefork = files["systemd/web-prefork.service"]

    assert "\nMemoryMax=1393M\n" in web  # 1.5 × (4 × 200 + 4 × 30 + 9)
    assert "\nMemoryMax=6013M\n" in prefork  # 1.5 × (20 × 200 + 9)
    assert "\nMemoryMax=400M\n" in refresher
    for text in (web, prefork, refresher):
        assert "\nMemorySwapMax=0\n" in text
        assert "\nLimitNOFILE=" in text
        assert "\nRestart=always\n" in text


def test_each_variant_of_the_web_server_is_started_with_its_own_file():
    files = {file.name: file.text for file in tuned_files(example_fleet())}

    assert "/deploy/apache/site.conf -DFOREGROUND\n" in files["systemd/web.service"]
    assert "/deploy/apache/prefork.conf -DFOREGROUND\n" in files["systemd/web-prefork.service"]


def test_compose_is_valid_by_its_schema(written):
    path = written / "compose.yaml"
    command = [sys.executable, "-m", "check_jsonschema"]
    judged = subprocess.run(
        [*command, "--builtin-schema", "vendor.compose-spec", str(path)],
        capture_output=True,
        text=True,
    )
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_a_drain_survives_the_containers(any_fleet):
    """Each node has a volume where its drain lies: `down` takes containers, not these."""
    files = {file.name: file.text for file in tuned_files(any_fleet)}
    compose, declared = files["compose.yaml"].split("\nvolumes:\n")
    (drain_file,) = re.findall(r"(?m)^DRAIN_FILE=(\S+)$", files["site.env"])
    for node in any_fleet.nodes:
        (service,) = re.findall(rf"(?ms)^  {node.name}:\n.*?\n\n", compose)
        assert f'["state-{node.name}:{Path(drain_file).parent}"]' in service
        assert f"  state-{node.name}:\n" in declared


class TestDiskWatch:
    @pytest.fixture
    def watch(self, tmp_path):
        (file,) = (f for f in tuned_files(example_fleet()) if f.name == "systemd/disk-watch.sh")
        file.write(tmp_path)

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [str(tmp_path / file.name), *arguments]
            path = f"{tmp_path}:{os.environ['PATH']}"
            environment = {**os.environ, "PATH": path}
            return subprocess.run(command, capture_output=True, text=True, env=environment)

        return run

    @pytest.fixture
    def in_place_of(self, tmp_path):
        """A program by this name that the script finds first."""

        def replace(name: str, *lines: str) -> None:
            (tmp_path / name).write_text("\n".join(["#!/bin/sh", *lines, ""]))
            (tmp_path / name).chmod(0o755)

        return replace

    def test_says_nothing_while_there_is_room(self, watch, tmp_path):
        done = watch("101", str(tmp_path))
        assert (done.returncode, done.stderr) == (0, "")

    def test_fails_and_names_the_folder_when_there_is_none(self, watch, tmp_path):
        done = watch("0", str(tmp_path))
        assert done.returncode == 1
        assert re.search(rf"<3>{tmp_path}: \d+ % of its space used, the limit is 0 %", done.stderr)

    def test_counts_inodes_as_well(self, watch):
        assert "of its inodes used" in watch("0", "/dev").stderr

    def test_passes_over_what_a_machine_has_not_got(self, watch):
        done = watch("0", "/no/such/folder")
        assert (done.returncode, done.stderr) == (0, "")

    def test_a_disk_that_answers_with_an_error_is_a_failure(self, watch, tmp_path, in_place_of):
        in_place_of("df", 'echo "df: $2: Transport endpoint is not connected" >&2', "exit 1")
        done = watch("101", str(tmp_path))
        assert done.returncode == 1
        assert f"<3>{tmp_path}: df failed: " in done.stderr
        assert "Transport endpoint is not connected" in done.stderr

    def test_a_disk_that_does_not_answer_is_a_failure(self, watch, tmp_path, in_place_of):
        in_place_of("timeout", "exit 124")
        done = watch("101", str(tmp_path))
        assert (done.returncode, done.stderr) == (1, f"<3>{tmp_path}: df gave no answer in 10 s\n")

    def test_the_disks_behind_one_that_failed_are_still_looked_at(
        self, watch, tmp_path, in_place_of
    ):
        in_place_of("df", 'case $2 in /dev) exit 1;; *) exec /bin/df "$@";; esac')
        assert f"<3>{tmp_path}: " in watch("0", "/dev", str(tmp_path)).stderr
