"""The command: its exit codes, its files, and that it leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fleet.bench import __main__ as command
from fleet.bench.plan import QUICK
from fleet.bench.processes import PROJECT, BenchError
from fleet.bench.requirements import AtMost
from fleet.bench.rows import Row
from fleet.bench.sampling import Measured, ReferenceLoop
from fleet.tests.leftovers import processes_in


class Pretend:
    """A subject that needs no server."""

    name = "pretend"
    rows = (Row("pretend", "pretended", "×", AtMost(1.5)),)
    value = 1.0

    def __init__(self, world):
        pass

    def measure(self):
        return {"pretend": Measured(self.value)}


class Slow(Pretend):
    value = 100.0


class Profiled(Slow):
    rows = (
        Row(
            "pretend",
            "pretended",
            "×",
            AtMost(1.5),
            limit="It pretends.",
            profile=lambda: "All of it in pretend.py.",
        ),
    )


class Broken(Pretend):
    def measure(self):
        raise BenchError("memcached is not installed")


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A function: runs the command with one subject, returns its exit code."""

    def bench(subject, *arguments):
        monkeypatch.setattr(command, "SUBJECTS", [subject])
        return command.main([*arguments, "--quick", "--out", str(tmp_path / "out")])

    return bench


class TestTheProfile:
    def test_of_a_row_that_is_missed_stands_with_its_limit(self, bench, tmp_path):
        bench(Profiled)
        page = (tmp_path / "out" / "docs" / "bench.md").read_text()
        limits = page.partition("## Limits")[2]
        assert "- pretended: 100 ×. It pretends.\n\n  All of it in pretend.py.\n" in limits

    def test_of_a_row_that_is_met_is_not_taken(self, bench, tmp_path, monkeypatch):
        monkeypatch.setattr(Profiled, "value", 1.0)
        bench(Profiled)
        assert "pretend.py" not in (tmp_path / "out" / "docs" / "bench.md").read_text()


class TestTheExitCode:
    def test_is_0_when_all_is_met(self, bench):
        assert bench(Pretend) == 0

    def test_is_1_when_something_is_missed_beyond_the_noise(self, bench, capsys, monkeypatch):
        monkeypatch.setattr(ReferenceLoop, "noise", 0.05)
        assert bench(Slow) == 1
        assert "MISSED" in capsys.readouterr().out

    def test_is_2_when_it_cannot_be_measured_and_nothing_is_written(self, bench, tmp_path, capsys):
        assert bench(Broken) == 2
        assert "bench: memcached is not installed" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()


class TestWhatItWrites:
    def test_are_three_files_that_agree(self, bench, tmp_path):
        bench(Slow)
        out = tmp_path / "out"
        document = json.loads((out / "bench.json").read_text())
        assert document["missed"] == ["pretend"]
        assert document["command"] == 'make bench ARGS="--quick"'
        assert document["rounds"] == QUICK.rounds
        assert {"CPU", "cores", "Python", "Django"} <= document["machine"].keys()
        assert "| pretended | ≤ 1.5 × | 100 × |" in (out / "docs" / "bench.md").read_text()
        assert "pretended" in (out / "docs" / "bench.svg").read_text()

    def test_json_is_all_there_is_on_standard_output(self, bench, tmp_path, capsys):
        bench(Pretend, "--json")
        printed = json.loads(capsys.readouterr().out)
        assert printed == json.loads((tmp_path / "out" / "bench.json").read_text())

    def test_names_no_folder_of_this_machine(self, bench, tmp_path):
        bench(Pretend)
        text = (tmp_path / "out" / "docs" / "bench.md").read_text()
        assert str(tmp_path) not in text
        assert str(PROJECT) not in text


@pytest.fixture
def temporary():
    """A folder for all that a run makes, with a short name: sockets lie in it."""
    folder = Path(tempfile.mkdtemp(prefix="b-"))
    folder.chmod(0o777)  # the servers' user writes there too
    yield folder
    shutil.rmtree(folder)


def start(temporary, out, *arguments):
    if os.environ.get("CI") != "true":  # there its absence must not go unseen
        pytest.importorskip("MySQLdb")
    return subprocess.Popen(
        [sys.executable, "-m", "fleet.bench", "--quick", "--out", str(out), *arguments],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


@pytest.mark.hammer
class TestARealRun:
    def test_measures_prints_and_leaves_nothing_behind(self, temporary, tmp_path):
        bench = start(temporary, tmp_path, "--only", "hot_reads", "--json")
        output, errors = bench.communicate(timeout=300)

        document = json.loads(output)
        assert bench.returncode == (1 if document["missed"] else 0), errors
        values = {row["key"]: row["values"] for row in document["rows"]}
        assert list(values) == [
            "page_from_store",
            "expired_page",
            "first_page",
            "entry_from_store",
            "page_from_memory",
            "page_from_memory_to_dict",
        ]
        assert all(len(rounds) == QUICK.rounds and min(rounds) > 0 for rounds in values.values())
        # Nothing can be faster than the least that does the same.
        assert min(values["page_from_store"]) > 0.9
        assert {"MariaDB", "memcached"} <= document["machine"].keys()
        assert processes_in(temporary) == []
        assert list(temporary.iterdir()) == []

    def test_on_a_node_measures_and_leaves_nothing_behind(self, temporary, tmp_path):
        bench = start(temporary, tmp_path, "--only", "expiry", "--only", "start", "--json")
        output, errors = bench.communicate(timeout=300)
        if os.environ.get("CI") != "true" and "not installed" in errors:
            pytest.skip(errors)

        document = json.loads(output)
        assert bench.returncode == (1 if document["missed"] else 0), errors
        rows = {row["key"]: row for row in document["rows"]}
        assert list(rows) == ["rebuilds_per_expiry", "rebuilds_per_expiry_cache_page", "start"]
        assert rows["rebuilds_per_expiry"]["verdict"] == "pass"
        # Without a lease there is always somebody who comes in between.
        assert max(rows["rebuilds_per_expiry_cache_page"]["values"]) > 1
        assert min(rows["start"]["values"]) > 1  # It does more than an empty project.
        assert {"Apache", "wrk"} <= document["machine"].keys()
        assert processes_in(temporary) == []
        assert list(temporary.iterdir()) == []

    @pytest.mark.parametrize("moment", ["starting MariaDB", "site live", "round 1"])
    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
    def test_that_is_stopped_leaves_nothing_behind(self, temporary, tmp_path, moment, how):
        bench = start(temporary, tmp_path / "out", "--only", "hot_reads")
        while moment not in (line := bench.stderr.readline()):
            assert line, "It has ended before."
        if how is signal.SIGINT:  # Ctrl-C goes to everything in the foreground
            os.killpg(bench.pid, how)
        else:
            bench.send_signal(how)
        _, errors = bench.communicate(timeout=30)

        assert bench.returncode == 130, errors
        assert processes_in(temporary) == []
        assert list(temporary.iterdir()) == []
        assert not (tmp_path / "out").exists()
