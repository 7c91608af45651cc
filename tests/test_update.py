"""A project keeps up with its template by cruft."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from checkout import ROOT, export
from tests.baking import Bake, bake, output_of

PROJECT = "{{cookiecutter.project_slug}}"
ANSWERS: dict[str, Any] = {"project_name": "Cup Day", "ci": "gitlab"}
NEW = "\n# This came with the newer template.\n"


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    command = ["git", *identity, "-c", "init.defaultBranch=main", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def cruft(folder: Path, *arguments: str | Path) -> None:
    command = [sys.executable, "-m", "cruft", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


@pytest.fixture(autouse=True)
def _no_settings_of_this_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repository(tmp_path) -> Path:
    """The template's own repository, in its older version."""
    folder: Path = tmp_path / "kickoff"
    export(folder)
    git(folder, "init", "--quiet")
    commit(folder, "Older")
    return folder


def publish_newer_version(repository: Path) -> None:
    settings = (repository / "cookiecutter.json").read_text()
    assert '"_template_version": "' in settings
    newer = settings.replace('"_template_version": "', '"_template_version": "9.')
    (repository / "cookiecutter.json").write_text(newer)
    append(repository / PROJECT / "kickoff" / "__init__.py", NEW)
    commit(repository, "Newer")


@pytest.mark.parametrize("made_by", ["cruft create", "cookiecutter and cruft link"])
def test_an_update_brings_what_is_new_and_keeps_what_is_ours(tmp_path, repository, made_by):
    if made_by == "cruft create":
        work = tmp_path / "work"
        work.mkdir()
        cruft(work, "create", repository, "--no-input", "--extra-context", json.dumps(ANSWERS))
        project = Bake(work / "cup_day")
        git(project.path, "init", "--quiet")
    else:
        project = bake(repository, tmp_path / "work", **ANSWERS)
        git(project.path, "init", "--quiet")
        commit(project.path, "Generated")
        link_as_the_readme_says(project, repository)
    append(project.path / "config" / "urls.py", "\n# An edit of ours.\n")
    commit(project.path, "Edited")
    env = project.read(".env")

    publish_newer_version(repository)
    cruft(project.path, "update", "--skip-apply-ask")

    assert NEW in project.read("kickoff/__init__.py")
    assert '"template_version": "9.' in project.read(".kickoff.json")
    assert project.read("README.md").startswith("# Cup Day\n")
    assert project.read("config/urls.py").endswith("\n# An edit of ours.\n")
    assert project.read(".env") == env
    assert not list(project.path.rglob("*.rej"))
    cruft(project.path, "check")


def link_as_the_readme_says(project: Bake, repository: Path) -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    link = "\n".join(line for line in lines if "cruft link https" in line or "answers=$(" in line)
    link = link.replace("https://github.com/OWNER/kickoff", str(repository))
    link = link.replace("COMMIT", "main").replace("cruft link", f"{sys.executable} -m cruft link")
    assert link.count("\n") == 1
    done = project.run("sh", "-ec", link)
    assert done.returncode == 0, output_of(done)


def test_without_cruft_the_project_is_generated_over_itself(tmp_path, repository):
    project = bake(repository, tmp_path / "work", **ANSWERS)
    git(project.path, "init", "--quiet")
    append(project.path / "config" / "urls.py", "\n# An edit of ours.\n")
    commit(project.path, "Generated, and edited")
    env = project.read(".env")

    publish_newer_version(repository)
    bake(repository, tmp_path / "work", overwrite=True, **ANSWERS)

    changes = project.run("git", "diff", "--unified=0").stdout.splitlines()
    assert f"+{NEW.strip()}" in changes
    assert "-# An edit of ours." in changes
    assert project.read(".env") == env
