"""The generated project's own tests and checks, with each Python."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

import environments
import packages
from tests.baking import output_of
from tests.portions import OF_INFRASTRUCTURE, OF_SERVERS, ignoring

pytestmark = pytest.mark.project


NEWEST = environments.RELEASES[-1]


def left_out(name: str, release: str) -> list[str]:
    """What has run with another project or Python: it takes minutes."""
    of_project = OF_INFRASTRUCTURE if name == "no sample" else []
    return ignoring(of_project, [] if release == NEWEST else OF_SERVERS)


@pytest.mark.parametrize("name", ["default", "no sample"])
def test_its_tests_pass(baked, name, release, show, tmp_path):
    report = tmp_path / "junit.xml"
    command = ["-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}"]
    command += left_out(name, release)
    done = baked(name).python(*command, release=release)
    assert done.returncode == 0, output_of(done)
    summary = done.stdout.strip().splitlines()[-1]
    show(f"Python {release}, {name}: {summary.strip('= ')}; {time_of_budgets(report)}")
    if not packages.missing():
        assert "skipped" not in summary, done.stdout


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
