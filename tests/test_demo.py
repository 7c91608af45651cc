"""ci/demo: its errors, and one whole run."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checkout import ROOT
from processes import Processes, Stopped, clean_environment, end_group
from scores import scores

DEMO = ROOT / "ci" / "demo"


def demo(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, DEMO, *arguments],
        env=os.environ | variables,
        capture_output=True,
        encoding="utf-8",
    )


class TestErrors:
    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = demo("--port", str(port))
        assert done.returncode == 1
        assert done.stderr.startswith(f"Port {port} is taken. Try another: ci/demo --port ")
        assert len(done.stderr.splitlines()) == 1

    def test_a_folder_that_is_not_empty(self, tmp_path):
        (tmp_path / "letter.txt").write_text("mine")
        done = demo("--port", str(free_port()), "--dir", tmp_path)
        assert done.returncode == 1
        assert done.stderr == (
            f"{tmp_path} is not an empty folder. Name one that is empty or does not exist yet.\n"
        )

    def test_no_network(self, tmp_path):
        nowhere = "http://127.0.0.1:9/simple"
        done = demo(
            *("--port", str(free_port())),
            TMPDIR=str(tmp_path),
            PATH=os.path.dirname(sys.executable) + os.pathsep + "/usr/bin:/bin",
            PIP_CONFIG_FILE=os.devnull,
            PIP_INDEX_URL=nowhere,
            PIP_EXTRA_INDEX_URL="",
            PIP_FIND_LINKS="",
            PIP_RETRIES="0",
            PIP_NO_CACHE_DIR="1",
        )
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1
        assert "create_venv: pip failed: ERROR: " in done.stderr
        assert "No network?" in done.stderr
        assert list(tmp_path.iterdir()) == []


@pytest.mark.project
class TestRun:
    def test_a_score_reaches_the_home_page_and_nothing_stays(self, tmp_path, show):
        done = demo("--check", "--port", str(free_port()), TMPDIR=str(tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
        assert "on the scoreboard and on the home page." in done.stdout.splitlines()[-1]
        assert list(tmp_path.iterdir()) == []
        assert processes_that_mention(tmp_path) == []
        show(f"ci/demo --check: {done.stdout.splitlines()[-1].strip()}")

    @pytest.mark.parametrize(
        ("moment", "number"),
        [("game_day/.venv with ", signal.SIGTERM), ("Here it is: http://", signal.SIGINT)],
    )
    def test_a_signal_stops_everything(self, tmp_path, moment, number):
        running = subprocess.Popen(
            [sys.executable, DEMO, "--port", str(free_port())],
            env=os.environ | {"TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert running.stdout
        try:
            assert any(moment in line for line in running.stdout), running.communicate()
            wait_for(lambda: processes_that_mention(tmp_path))
            running.send_signal(number)
            out, err = running.communicate(timeout=30)
        finally:
            running.terminate()  # so that a failure leaves nothing either
            running.wait()
        assert running.returncode == 130
        assert out.splitlines()[-1].endswith("Stopping.")
        assert err == ""
        assert list(tmp_path.iterdir()) == []
        assert processes_that_mention(tmp_path) == []


class TestProcesses:
    def test_grandchildren_end_too(self, tmp_path):
        (tmp_path / "child").write_text("trap '' TERM; touch up; sleep 300; sleep 300")
        with Processes() as processes:
            processes.start(["sh", "-c", f"sh {tmp_path}/child & wait"], tmp_path)
            wait_for((tmp_path / "up").exists)
            assert len(processes_that_mention(tmp_path)) == 2
        assert processes_that_mention(tmp_path) == []

    def test_a_process_that_will_not_go_is_ended(self, tmp_path, monkeypatch):
        monkeypatch.setattr("processes.STOP_TIMEOUT_S", 0.2)
        script = "trap '' TERM; touch up; while :; do sleep 1; done"
        with Processes() as processes:
            stubborn = processes.start(["sh", "-c", script], tmp_path)
            wait_for((tmp_path / "up").exists)
        assert stubborn.returncode == -signal.SIGKILL

    def test_a_signal_interrupts_a_wait(self, tmp_path):
        with Processes() as processes:
            sleeper = processes.start(["sleep", "300"], tmp_path)
            os.kill(os.getpid(), signal.SIGTERM)
            with pytest.raises(Stopped):
                processes.wait(sleeper)
        assert sleeper.returncode == -signal.SIGTERM

    def test_the_environment_is_clean(self, monkeypatch):
        for name in ("DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE", "VIRTUAL_ENV"):
            monkeypatch.setenv(name, "theirs")
        assert "theirs" not in clean_environment().values()
        assert clean_environment()["PATH"] == os.environ["PATH"]

    def test_ending_what_has_ended_is_harmless(self):
        process = subprocess.Popen(["true"], start_new_session=True)
        process.wait()
        end_group(process)


class TestScores:
    def test_each_match_has_its_score(self):
        page = """
            <article data-match="7"><b>A</b> <span data-score>1–0</span> <b>B</b></article>
            <article data-match="12"><img src="x"><span data-score> 2<i>–</i>2 </span></article>
            <article data-match="13"><time>18:00</time></article>
        """
        assert scores(page) == {"7": "1–0", "12": "2–2"}

    def test_a_page_without_matches_has_none(self):
        assert scores("<h1>No matches today</h1>") == {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition, timeout_s: float = 60) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def processes_that_mention(folder: Path) -> list[str]:
    """Their command lines. One that has ended and waits to be noticed has none left."""
    if not shutil.which("ps"):
        pytest.skip("ps is not here: apt-get install procps")
    done = subprocess.run(["ps", "-eo", "args"], capture_output=True, encoding="utf-8")
    return [line for line in done.stdout.splitlines() if str(folder) in line]
