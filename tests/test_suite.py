"""What ci/test does when something is missing."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

import packages
import suite
from checkout import ROOT


class TestPrograms:
    @pytest.fixture(autouse=True)
    def _no_browser(self, monkeypatch):
        monkeypatch.setattr(packages, "missing", lambda: ["chromium", "procps"])

    def test_root_installs_them(self, monkeypatch, capsys):
        installed: list[str] = []
        monkeypatch.setattr(packages, "can_install", lambda: True)
        monkeypatch.setattr(packages, "install", installed.extend)
        suite.provide_programs()
        assert installed == ["chromium", "procps"]
        assert capsys.readouterr().out == "Installing chromium, procps\n"

    def test_others_are_told_what_is_skipped(self, monkeypatch, capsys):
        monkeypatch.setattr(packages, "can_install", lambda: False)
        monkeypatch.setattr(suite, "IN_CI", False)
        suite.provide_programs()
        assert capsys.readouterr().out == (
            "Tests that need chromium, procps are skipped. "
            "To run them: apt-get install chromium procps\n"
        )

    def test_in_ci_nothing_is_skipped(self, monkeypatch):
        monkeypatch.setattr(packages, "can_install", lambda: False)
        monkeypatch.setattr(suite, "IN_CI", True)
        with pytest.raises(SystemExit) as failure:
            suite.provide_programs()
        assert failure.value.code == (
            "Tests that need chromium, procps cannot run. "
            "Install what is missing: apt-get install chromium procps"
        )


class TestEnvironments:
    @pytest.fixture(autouse=True)
    def provided(self, monkeypatch) -> dict[str, str]:
        provided: dict[str, str] = {}
        monkeypatch.setattr("environments.provide", provided.__setitem__)
        monkeypatch.setattr("interpreters.find", {"3.13": "/opt/python3.13"}.get)
        return provided

    def test_a_python_that_is_not_here_is_skipped_with_a_line(self, monkeypatch, capsys, provided):
        monkeypatch.setattr(suite, "IN_CI", False)
        assert suite.provide_environments(fast=False) == "3.13"
        assert provided == {"3.13": "/opt/python3.13"}
        assert capsys.readouterr().out.splitlines() == [
            "Tests on Python 3.11 are skipped. To run them: uv python install 3.11",
            "Python 3.13: /opt/python3.13",
        ]

    def test_in_ci_both_must_be_here(self, monkeypatch):
        monkeypatch.setattr(suite, "IN_CI", True)
        with pytest.raises(SystemExit, match=r"Tests on Python 3\.11 cannot run"):
            suite.provide_environments(fast=False)

    def test_fast_needs_one_only(self, monkeypatch, provided):
        monkeypatch.setattr("interpreters.find", lambda release: f"/opt/python{release}")
        assert suite.provide_environments(fast=True) == "3.11"
        assert list(provided) == ["3.11"]

    def test_the_installer_has_said_why_it_failed(self, monkeypatch):
        def fail(release: str, interpreter: str) -> None:
            raise subprocess.CalledProcessError(1, "create_venv")

        monkeypatch.setattr("environments.provide", fail)
        monkeypatch.setattr(suite, "IN_CI", False)
        with pytest.raises(SystemExit) as failure:
            suite.provide_environments(fast=False)
        assert failure.value.code == 1


def start_stages(*programs: str) -> subprocess.Popen[str]:
    """ci/test's run of these Python programs, one after the other."""
    stages = [[sys.executable, "-c", program] for program in programs]
    command = [sys.executable, "-c", f"import suite; raise SystemExit(suite.run({stages}))"]
    return subprocess.Popen(command, cwd=ROOT / "ci", stdout=subprocess.PIPE, encoding="utf-8")


class TestStages:
    @pytest.mark.parametrize(
        ("codes", "expected"),
        [
            ((0, 0), 0),
            ((0, 1), 1),
            ((1, 0), 1),
            ((0, suite.NO_TESTS), 0),
            ((suite.NO_TESTS, suite.NO_TESTS), suite.NO_TESTS),
            ((suite.NO_TESTS, 1), 1),
        ],
    )
    def test_fails_when_one_fails_or_none_has_tests(self, codes, expected):
        stages = start_stages(*(f"print('here'); raise SystemExit({code})" for code in codes))
        printed, _ = stages.communicate()
        assert stages.returncode == expected
        assert printed == "here\n" * 2

    def test_after_ctrl_c_nothing_more_begins(self):
        stages = start_stages(f"raise SystemExit({suite.INTERRUPTED})", "print('here')")
        assert stages.communicate()[0] == ""
        assert stages.returncode == suite.INTERRUPTED

    def test_asked_to_end_it_ends_the_stage_that_runs_and_begins_no_other(self):
        wait = "import time; print('here', flush=True); time.sleep(60)"
        stages = start_stages(wait, "print('here')")
        assert stages.stdout
        assert stages.stdout.readline() == "here\n"
        stages.send_signal(signal.SIGTERM)
        assert stages.communicate(timeout=30)[0] == ""
        assert stages.returncode != 0

    def test_what_wants_the_machine_is_in_a_stage_of_its_own_and_not_in_the_fast_one(self):
        chosen = [
            subprocess.run(
                [sys.executable, "-m", "pytest", "--collect-only", "-q", *stage, "-n", "0"],
                cwd=ROOT,
                capture_output=True,
                encoding="utf-8",
            ).stdout
            for stage in (*suite.FAST, *suite.ALL)
        ]
        hammer = "test_on_servers.py::test_no_change_is_lost_under_load"
        drills = "test_drills.py::test_every_promise_is_kept"
        for test in (hammer, drills):
            assert [test in output for output in chosen] == [False, False, True]
        assert "2/" in chosen[-1].splitlines()[-1]  # and nothing is beside them


def test_a_program_is_missing_when_none_of_its_names_is_here(tmp_path, monkeypatch):
    table = {"chromium": ("chromium", "google-chrome"), "procps": ("ps",)}
    monkeypatch.setattr(packages, "PACKAGES", table)
    monkeypatch.setattr(packages, "SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    assert packages.missing() == ["chromium", "procps"]
    for name in ("google-chrome", "ps"):
        (tmp_path / name).touch(0o755)
    assert packages.missing() == []


def test_servers_are_found_where_only_root_looks(tmp_path, monkeypatch):
    (tmp_path / "mariadbd").touch(0o755)
    monkeypatch.setattr(packages, "SYSTEM_FOLDERS", (str(tmp_path),))
    monkeypatch.setenv("PATH", "")
    assert packages.is_here("mariadbd")


def test_the_driver_is_built_only_with_all_that_it_takes(monkeypatch):
    monkeypatch.setattr(packages, "missing", lambda: ["chromium"])
    assert packages.can_build_driver()
    monkeypatch.setattr(packages, "missing", lambda: ["pkg-config"])
    assert not packages.can_build_driver()


def test_mod_wsgi_is_built_only_with_all_that_it_takes(monkeypatch):
    monkeypatch.setattr(packages, "missing", lambda: ["pkg-config"])
    assert packages.can_build_module()
    monkeypatch.setattr(packages, "missing", lambda: ["apache2-dev"])
    assert not packages.can_build_module()
