"""The generated CI files: the platforms know what they say; no budget rises unnoticed there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.baking import Bake, output_of
from tests.gitlab_reports import findings, verify_junit

GITHUB, GITLAB = ".github/workflows/ci.yml", ".gitlab-ci.yml"
BUDGET = '\ncold.queries."SELECT fantasy_league" = '


@pytest.mark.parametrize(
    ("name", "file", "schema"),
    [("default", GITHUB, "vendor.github-workflows"), ("gitlab", GITLAB, "vendor.gitlab-ci")],
)
def test_they_follow_the_schema_of_the_platform(baked, name, file, schema):
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    done = baked(name).run(*checker, file)
    assert done.returncode == 0, output_of(done)


class Clone(Bake):
    """A shallow clone of a branch that changes budgets, as the runner of a platform makes it."""

    def job(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Its commands in bash, with the environment that is here instead of a new one."""
        (self.path / ".venv").mkdir(exist_ok=True)
        (self.path / ".venv" / "complete").touch()
        return self.run(
            "bash",
            "-e",
            "-o",
            "pipefail",
            "-c",
            script,
            MAKEFLAGS=f"BIN={Path(sys.executable).parent}",
            PYTEST_ADDOPTS="-p no:cacheprovider query_budgets.toml -k without_a_reason",
            **{"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": "", "CI": "true"} | variables,
        )


@pytest.fixture
def clone(baked, tmp_path):
    """Of a project whose branch raises one budget. `base` is where the branch begins."""

    def make(name: str, reason: str = "") -> Clone:
        origin = tmp_path / "origin"
        shutil.copytree(baked(name).path, origin)
        git(origin, "init", "--quiet", "--initial-branch=main")
        git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")  # as GitLab has it
        commit(origin, "Begin")
        git(origin, "switch", "--quiet", "--create", "slower")
        contract = origin / "query_budgets.toml"
        text = contract.read_text()
        assert f"{BUDGET}1\n" in text
        line = f"{BUDGET}2\n" + (f'reason = "{reason}"\n' if reason else "")
        contract.write_text(text.replace(f"{BUDGET}1\n", line, 1))
        commit(origin, "Slower")
        folder = tmp_path / "clone"
        git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{origin}", str(folder))
        (folder / ".env").write_text((baked(name).path / ".env").read_text())
        return Clone(folder)

    return make


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.mark.project
@pytest.mark.parametrize(
    ("reason", "said"), [("", {"query-budget-raise"}), ("It shows more.", set())]
)
class TestARaisedBudget:
    """Needs a reason in a request to merge it, and a push asks for none."""

    def test_on_github(self, clone, reason, said, tmp_path):
        project = clone("default", reason)
        steps = YAML(typ="safe").load(project.read(GITHUB))["jobs"]["test"]["steps"]
        (ask,) = [step for step in steps if "--budgets-base" in step.get("run", "")]
        assert ask["if"] == "github.event_name == 'pull_request'"
        assert steps[-1] == {"run": "make test"}
        told = tmp_path / "github_env"
        done = project.job(ask["run"], GITHUB_BASE_REF="main", GITHUB_ENV=str(told))
        assert done.returncode == 0, output_of(done)
        variables = dict(line.split("=", 1) for line in told.read_text().splitlines())
        tested = project.job("make test", **variables)
        assert ("is raised since" in tested.stdout) == bool(said), output_of(tested)
        assert (tested.returncode != 0) == bool(said), output_of(tested)
        pushed = project.job("make test")
        assert pushed.returncode == 0, output_of(pushed)

    def test_on_gitlab(self, clone, reason, said, tmp_path):
        project = clone("gitlab", reason)
        job = YAML(typ="safe").load(project.read(GITLAB))["test"]
        script = "\n".join(job["script"][-2:])
        base = git(tmp_path / "origin", "rev-parse", "main")
        tested = project.job(script, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert ("is raised since" in tested.stdout) == bool(said), output_of(tested)
        assert (tested.returncode != 0) == bool(said), output_of(tested)
        reports = job["artifacts"]["reports"]
        verify_junit(project.path / reports["junit"])
        found = findings(project.path / reports["codequality"])
        assert {finding["check_name"] for finding in found} == said
        pushed = project.job(script)
        assert pushed.returncode == 0, output_of(pushed)
