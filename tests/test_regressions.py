"""Each regression that is planted in a project turns its query budgets red, with the line named."""

from __future__ import annotations

import shutil
import subprocess

import pytest

import environments
from tests.baking import Bake, output_of
from tests.gitlab_reports import findings, verify_junit
from tests.regressions.changes import ONE_MORE, REFACTORING, SELECT_RELATED
from tests.regressions.pagination import BEHIND_PAGES
from tests.regressions.planting import Edit, Regression
from tests.regressions.surroundings import AROUND_VIEWS
from tests.regressions.templates import IN_TEMPLATES
from tests.regressions.visits import OF_SOME_VISITS

pytestmark = pytest.mark.project

DJANGO_52, DJANGO_61 = environments.RELEASES

REGRESSIONS = [*IN_TEMPLATES, *AROUND_VIEWS, *BEHIND_PAGES, *OF_SOME_VISITS]


@pytest.fixture
def project(baked, tmp_path) -> Bake:
    """A copy, which a test may spoil."""
    folder = tmp_path / "project"
    made_by_runs = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
    shutil.copytree(baked("default").path, folder, ignore=made_by_runs)
    return Bake(folder)


def budgets(project: Bake, selection: str, *options: str, release: str | None = None, **variables):
    """Run those of some cases. The job that runs these tests hears nothing of what fails there."""
    command = ["-m", "pytest", "-p", "no:cacheprovider", "--nomigrations", "-rN", *options]
    command += ["-p", "no:hypothesispytest"]  # whose start takes as long as two budgets
    silent = {"CI": "", "GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": ""}
    return project.python(
        *command, "query_budgets.toml", "-k", selection, release=release, **silent | variables
    )


def plant(project: Bake, edits: list[Edit]) -> None:
    for edit in edits:
        edit.apply(project.path)


def line_of(project: Bake, file: str, text: str) -> str:
    lines = project.read(file).splitlines()
    (number,) = [number for number, line in enumerate(lines, start=1) if text in line]
    return f"{file}:{number}"


def verify(project: Bake, regression: Regression, done: subprocess.CompletedProcess[str]) -> None:
    """The cases that should, and no others, have failed with what should be said."""
    assert done.returncode == 1, output_of(done)
    line = line_of(project, *regression.at_fault)
    for said in regression.says:
        assert said.replace("{line}", line) in done.stdout, output_of(done)
    assert not regression.never or regression.never not in done.stdout, output_of(done)
    for case in regression.cases:
        assert f"test_budget[{case}] _" in done.stdout, output_of(done)
    for case in regression.stays:
        assert f"test_budget[{case}] _" not in done.stdout, output_of(done)
    assert f"{len(regression.cases)} failed" in done.stdout


@pytest.mark.parametrize("regression", REGRESSIONS, ids=lambda regression: regression.name)
def test_it_is_found_and_its_line_is_named(project, regression: Regression):
    plant(project, regression.edits)
    verify(project, regression, budgets(project, regression.selection))


def test_a_dropped_select_related_is_told_everywhere(project, release, tmp_path):
    """With Django 6.1 the builder itself refuses; the line is the same."""
    plant(project, SELECT_RELATED.edits)
    names = ("junit.xml", "quality.json", "summary.md")
    junit, quality, summary = (tmp_path / name for name in names)
    done = budgets(
        project,
        SELECT_RELATED.selection,
        f"--junitxml={junit}",
        f"--budgets-code-quality={quality}",
        release=release,
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
    )
    if release == DJANGO_52:
        verify(project, SELECT_RELATED, done)
    else:
        assert done.returncode == 1
        assert (
            "LazyFetchError: fantasy.League.roster fetches fantasy.FantasyTeam.membership row by "
            'row: say select_related("membership") or prefetch_related("membership")'
        ) in done.stdout
    line = line_of(project, *SELECT_RELATED.at_fault)
    assert f"::error file={line.replace(':', ',line=')},title=Query budget" in done.stdout
    assert f"| {line} |" in summary.read_text()
    located = [finding["location"] for finding in findings(quality)]
    assert line in [f"{place['path']}:{place['lines']['begin']}" for place in located]
    verify_junit(junit)
    assert line in junit.read_text()


def test_the_new_one_of_two_queries_is_known_by_its_line(project):
    """Without a base to compare with it may be either: then the entry is annotated, no line."""

    def git(*arguments: str) -> None:
        name = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        done = project.run("git", *name, *arguments)
        assert done.returncode == 0, output_of(done)

    git("init", "--initial-branch=main")
    git("add", ".")
    git("commit", "--message=Begin")
    plant(project, ONE_MORE.edits)
    on_github = {"GITHUB_ACTIONS": "true"}
    alone = budgets(project, ONE_MORE.selection, **on_github)
    verify(project, ONE_MORE, alone)
    assert "one of these is new:" in alone.stdout
    entry = line_of(project, "query_budgets.toml", '["fantasy:leagues"."anonymous, manager".GET]')
    assert f"::error file={entry.replace(':', ',line=')},title=" in alone.stdout
    compared = budgets(project, ONE_MORE.selection, "--budgets-base=main", **on_github)
    line = line_of(project, *ONE_MORE.at_fault)
    assert f"::error file={line.replace(':', ',line=')},title=" in compared.stdout


def test_a_refactoring_that_harms_nothing_passes(project):
    plant(project, REFACTORING)
    done = budgets(project, "fantasy:league-anonymous-GET or fantasy:leagues")
    assert done.returncode == 0, output_of(done)
    assert "visits: 3, problems: 0" in done.stdout
