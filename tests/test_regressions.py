"""Each regression that is planted in a project turns its query budgets red, with the line named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import environments
from tests.baking import Bake, output_of
from tests.regressions import REFACTORING, REGRESSIONS, SELECT_RELATED, Edit, Regression

pytestmark = pytest.mark.project

DJANGO_52, DJANGO_61 = environments.RELEASES


@pytest.fixture
def project(baked, tmp_path) -> Bake:
    """A copy, which a test may spoil."""
    folder = tmp_path / "project"
    made_by_runs = shutil.ignore_patterns("__pycache__", "*.sqlite3*")
    shutil.copytree(baked("default").path, folder, ignore=made_by_runs)
    return Bake(folder)


def budgets(project: Bake, selection: str, *options: str, release: str = DJANGO_52):
    command = ["-m", "pytest", "-p", "no:cacheprovider", "--nomigrations", "-rN"]
    return project.python(
        *command, "query_budgets.toml", "-k", selection, *options, release=release
    )


def plant(project: Bake, edits: list[Edit]) -> None:
    for edit in edits:
        edit.apply(project.path)


def line_of(project: Bake, file: str, text: str) -> str:
    lines = project.read(file).splitlines()
    (number,) = [number for number, line in enumerate(lines, start=1) if text in line]
    return f"{file}:{number}"


@pytest.mark.parametrize(
    "regression", [SELECT_RELATED, *REGRESSIONS], ids=lambda regression: regression.name
)
def test_it_is_found_and_its_line_is_named(project, regression: Regression):
    plant(project, regression.edits)
    done = budgets(project, regression.selection)
    line = line_of(project, *regression.at_fault)
    assert done.returncode == 1, output_of(done)
    for said in regression.says:
        assert said.replace("{line}", line) in done.stdout, output_of(done)
    for case in regression.cases:
        assert f"test_budget[{case}] _" in done.stdout
    for case in regression.stays:
        assert f"test_budget[{case}] _" not in done.stdout, output_of(done)
    assert f"{len(regression.cases)} failed" in done.stdout
    assert not regression.never or regression.never not in done.stdout, output_of(done)


def test_a_refactoring_that_harms_nothing_passes(project):
    plant(project, REFACTORING)
    done = budgets(project, "fantasy:league-anonymous-GET or fantasy:leagues")
    assert done.returncode == 0, output_of(done)
    assert "visits: 3, problems: 0" in done.stdout
