"""The generated project's own tests and checks, with each Python."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import environments
import packages
from tests.baking import Bake, output_of
from tests.portions import OF_INFRASTRUCTURE, OF_SERVERS, ignoring

pytestmark = pytest.mark.project


NEWEST = environments.RELEASES[-1]


def already_run(name: str) -> list[str]:
    """The portion that has run with another project: it takes minutes."""
    return OF_INFRASTRUCTURE if name == "no sample" else []


@pytest.mark.parametrize("name", ["default", "no sample"])
def test_its_tests_pass(baked, name, release, show, tmp_path):
    report = tmp_path / "junit.xml"
    command = [f"--junitxml={report}", *ignoring(OF_SERVERS, already_run(name))]
    summary = run_tests(baked(name), release, command)
    show(f"Python {release}, {name}: {summary}; {time_of_budgets(report)}")


@pytest.mark.parametrize("name", ["default", "no sample"])
def test_its_tests_of_servers_pass(baked, name, show):
    """Beside the others, as they mostly wait; with one Python, the newest."""
    if not environments.exists(NEWEST):
        pytest.skip(f"no environment with Python {NEWEST}: ci/test makes it where it can")
    project = baked(name)
    portion = [folder for folder in OF_SERVERS if folder not in already_run(name)]
    here = [folder for folder in portion if (project.path / folder).exists()]
    assert here
    show(f"Python {NEWEST}, {name}, servers: {run_tests(project, NEWEST, here)}")


def run_tests(project: Bake, release: str, command: list[str]) -> str:
    """Runs them; pytest's last line."""
    done = project.python("-m", "pytest", "-p", "no:cacheprovider", *command, release=release)
    assert done.returncode == 0, output_of(done)
    summary = done.stdout.strip().splitlines()[-1]
    if not packages.missing():
        assert "skipped" not in summary, done.stdout
    return summary.strip("= ")


def time_of_budgets(report: Path) -> str:
    tests = ElementTree.parse(report).iter("testcase")
    budgets = [test for test in tests if test.attrib["name"].startswith("test_budget[")]
    times = [float(test.attrib["time"]) for test in budgets]
    assert times, "the budgets have not run"
    return f"{len(times)} budgets in {sum(times):.0f} s"


@pytest.mark.parametrize("name", ["default", "no sample"])
class TestChecks:
    def test_the_models_and_their_migrations_agree(self, baked, name, release):
        command = ["manage.py", "makemigrations", "--check", "--dry-run"]
        done = baked(name).python(*command, release=release)
        assert done.returncode == 0, output_of(done)

    def test_the_settings_of_production_give_no_warning(self, baked, name, release):
        command = ["manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        done = baked(name).python(*command, release=release, DEBUG="off")
        assert done.returncode == 0, output_of(done)

    def test_the_types_are_right(self, baked, name, release, tmp_path):
        if release == environments.RELEASES[0]:
            return  # test_bakes.py has seen to it
        done = baked(name).python("-m", "mypy", "--cache-dir", str(tmp_path), ".", release=release)
        assert done.returncode == 0, output_of(done)
