"""The template's sources, before anything is generated from them."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from checkout import ROOT, export
from tests.baking import bake

PROJECT = "{{cookiecutter.project_slug}}"
HOOKS = ("hooks/pre_gen_project.py", "hooks/post_gen_project.py")


@pytest.fixture(scope="module")
def context(template: Path) -> dict[str, object]:
    return dict(json.loads((template / "cookiecutter.json").read_text()))


def python_files(template: Path) -> list[Path]:
    scripts = [template / "ci" / "demo", template / "ci" / "test"]
    return [*template.rglob("*.py"), *scripts]


def test_every_python_file_parses_as_it_stands(template):
    for path in python_files(template):
        ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_the_infrastructure_knows_nothing_of_the_sample(template):
    """Nor do its tests: so they need not run once more without it."""
    imports = {
        f"{path.relative_to(template)}: {name}"
        for path in (template / PROJECT / "kickoff").rglob("*.py")
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.partition(".")[0] in ("fantasy", "fleet", "lab")
    }
    assert imports == set()


def imported(tree: ast.Module) -> list[str]:
    """The modules that a file imports."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def test_no_python_file_but_the_hooks_has_jinja(template):
    jinja = re.compile(r"\{\{ ?cookiecutter\.|\{% ?(if|for|raw) ")
    with_jinja = {
        path.relative_to(template).as_posix()
        for path in (template / PROJECT).rglob("*.py")
        if jinja.search(path.read_text(encoding="utf-8"))
    }
    assert with_jinja == set()
    for hook in HOOKS:
        strings = [
            node.value
            for node in ast.walk(ast.parse((template / hook).read_text()))
            if isinstance(node, ast.Constant) and "{{" in str(node.value)
        ]
        assert len(strings) == 1, f"{hook} has more than one string with Jinja"


def test_the_files_that_an_old_python_reads_have_no_new_syntax(template):
    for name in ("ci/demo", "ci/test", "ci/interpreters.py", f"{PROJECT}/config/create_venv.py"):
        ast.parse((template / name).read_text(encoding="utf-8"), name, feature_version=(3, 6))
        assert "from __future__" not in (template / name).read_text(encoding="utf-8")


def test_every_answer_has_a_prompt(context):
    prompts = context["__prompts__"]
    assert isinstance(prompts, dict)
    questions = [name for name in context if not name.startswith("_")]
    assert questions == list(prompts)
    assert len(questions) == 6
    assert list(prompts["ci"]) == ["__prompt__", "github", "gitlab", "none"]
    assert context["sample_site"] is True


def test_every_variable_that_is_used_exists(template, context):
    used: dict[str, set[str]] = {}
    for path in template.rglob("*"):
        if path.is_file() and "tests" not in path.relative_to(template).parts[:1]:
            text = path.read_text(encoding="utf-8", errors="ignore")
            for name in re.findall(r"\{\{ ?cookiecutter\.(\w+)", text):
                used.setdefault(name, set()).add(str(path))
    assert used.keys() - context.keys() == set(), used
    assert {name for name in context if not name.startswith("_")} <= used.keys()


def test_a_comment_about_the_sample_site_is_a_mark_or_lies_in_the_sample(template, load_file):
    mark = load_file("hooks/post_gen_project.py").SAMPLE_MARK
    comment = re.compile(r"(#|\{#|<!--|/\*|//)[^`'\"]*sample[ _-]site", re.IGNORECASE)
    stray = [
        f"{path.relative_to(template)}:{number}: {line}"
        for path in (template / PROJECT).rglob("*")
        if path.is_file() and "fantasy" not in path.parts
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), 1)
        if comment.search(line) and not mark.search(line) and path.name != "README.md"
    ]
    assert stray == []


def test_text_files_have_lf_a_last_newline_and_no_trailing_blanks(template):
    for path in template.rglob("*"):
        if not path.is_file():
            continue
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue  # an image
        assert "\r" not in text, path
        assert text == "" or text.endswith("\n"), path
        assert not re.search(r"[ \t]+$", text, re.MULTILINE), path


def test_no_file_name_is_illegal_on_windows(template):
    for path in template.rglob("*"):
        assert not re.search(r'[<>:"|?*\\]', path.name), path


@pytest.mark.parametrize(
    "command", [["check"], ["format", "--check"]], ids=["ruff check", "ruff format"]
)
def test_the_sources_are_in_style(template, command):
    ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    done = subprocess.run(ruff, cwd=template, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_hooks_ci_and_tests_are_right():
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_own_workflow_runs_the_tests_and_nothing_else(template):
    workflow = (template / ".github" / "workflows" / "ci.yml").read_text()
    commands = re.findall(r"run: (.*)", workflow)
    assert [command.rpartition(" ")[2] for command in commands] == ["ci/test"]
    assert (template / ".ci" / "run").read_text() == "#!/usr/bin/env bash\nexec ci/test\n"


def test_an_export_has_no_caches_and_no_secrets(tmp_path):
    export(tmp_path / "clone")
    names = {path.name for path in (tmp_path / "clone").rglob("*")}
    assert "cookiecutter.json" in names
    assert not names & {"__pycache__", ".mypy_cache", ".ruff_cache", ".env", "db.sqlite3", ".git"}


def test_what_tools_leave_in_the_template_is_never_rendered(template, tmp_path):
    """Text that Jinja would stumble over, as it lies in the folder of somebody who works here."""
    dirty = tmp_path / "template"
    shutil.copytree(template, dirty)
    left_behind = [".hypothesis/unicode", ".venv/lib/a", "django-cache/a", "a.sqlite3-wal"]
    for name in [*left_behind, "staticfiles/a.js", "fantasy/__pycache__/a.pyc", ".mypy_cache/a"]:
        path = dirty / PROJECT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"caf\xe9 {{ nothing.at.all }}\n" * 9)
    project = bake(dirty, tmp_path / "out")
    for name in left_behind:
        assert (project.path / name).read_bytes().startswith(b"caf\xe9 {{ nothing.at.all }}")
