"""What every generated project has, whatever the answers were."""

from __future__ import annotations

import re
import stat
import time
import tomllib

import pytest
from dotenv import dotenv_values

from tests.baking import ANSWERS, bake, output_of

# Places of Django templates, whose braces are meant.
DJANGO_TEMPLATE = re.compile(
    r"\.html$|/templates/|^templates/|^\.github/workflows/|^docs/query_budgets\.md$"
)


class TestEveryBake:
    def test_nothing_of_the_generator_is_left(self, every_bake):
        for name, text in every_bake.texts.items():
            assert "cookiecutter." not in text, name
            if not DJANGO_TEMPLATE.search(name) and not name.endswith(".py"):
                assert not re.search(r"\{\{|\{%", text), name

    def test_text_files_are_tidy(self, every_bake):
        for name, text in every_bake.texts.items():
            assert "\r" not in text, name
            assert text == "" or text.endswith("\n"), name
            assert not re.search(r"[ \t]+$", text, re.MULTILINE), name
            assert not text.endswith("\n\n"), name

    def test_the_answers_are_kept(self, every_bake, request, template):
        name = request.node.callspec.params["every_bake"]
        assert every_bake.answers | ANSWERS[name] == every_bake.answers
        assert every_bake.answers["project_slug"] == every_bake.path.name
        version = re.search(
            r'"template_version": "(\d+\.\d+\.\d+)"', every_bake.read(".kickoff.json")
        )
        assert version
        assert (
            f'"_template_version": "{version[1]}"' in (template / "cookiecutter.json").read_text()
        )

    def test_names_come_through_whatever_is_in_them(self, every_bake):
        answers = every_bake.answers
        project = tomllib.loads(every_bake.read("pyproject.toml"))["project"]
        assert project["name"] == answers["project_slug"]
        assert project["description"] == answers["project_name"]
        assert project["authors"] == [{"name": answers["author_name"]}]
        assert every_bake.read("README.md").startswith(f"# {answers['project_name']}\n")
        env = dotenv_values(every_bake.path / ".env", interpolate=False)
        assert env["SITE_NAME"] == answers["project_name"]
        assert env["DOMAIN_NAME"] == answers["domain_name"]

    def test_env_has_a_key_of_its_own_that_git_ignores(self, every_bake):
        key = dotenv_values(every_bake.path / ".env")["SECRET_KEY"]
        assert key
        assert len(key) >= 50
        assert [name for name, text in every_bake.texts.items() if key in text] == [".env"]
        assert stat.S_IMODE((every_bake.path / ".env").stat().st_mode) == 0o600
        assert ".env" in every_bake.read(".gitignore").splitlines()

    def test_ci_is_the_chosen_one(self, every_bake):
        here = {
            "github": (every_bake.path / ".github" / "workflows" / "ci.yml").exists(),
            "gitlab": (every_bake.path / ".gitlab-ci.yml").exists(),
        }
        assert [ci for ci, there in here.items() if there] == (
            [] if every_bake.answers["ci"] == "none" else [every_bake.answers["ci"]]
        )
        assert (every_bake.path / ".github").exists() == here["github"]

    def test_the_sample_is_there_when_it_was_chosen(self, every_bake, load_file):
        mark = load_file("hooks/post_gen_project.py").SAMPLE_MARK
        chosen = every_bake.answers["sample_site"]
        assert (every_bake.path / "fantasy").exists() == chosen
        marked = [name for name, text in every_bake.texts.items() if mark.search(text)]
        assert bool(marked) == chosen

    @pytest.mark.parametrize(
        "command",
        [("check",), ("format", "--check")],
        ids=["ruff check", "ruff format"],
    )
    def test_it_is_in_style(self, every_bake, command):
        done = every_bake.python("-m", "ruff", *command, "--no-cache", ".")
        assert done.returncode == 0, output_of(done)


class TestTypes:
    @pytest.mark.parametrize("name", ["default", "no sample"])
    def test_the_types_are_right(self, baked, name, tmp_path_factory):
        cache = tmp_path_factory.getbasetemp() / "mypy"
        done = baked(name).python("-m", "mypy", "--cache-dir", str(cache), ".")
        assert done.returncode == 0, output_of(done)

    @pytest.mark.parametrize("name", ANSWERS)
    def test_the_other_answers_change_no_python_file(self, baked, name):
        """So the types of all bakes are right when those of these two are."""

        def python_files(name):
            return {path: text for path, text in baked(name).files.items() if path.endswith(".py")}

        checked = "default" if baked(name).answers["sample_site"] else "no sample"
        assert python_files(name) == python_files(checked)


def test_two_bakes_differ_only_in_env(baked, template, tmp_path, show):
    started = time.perf_counter()
    again = bake(template, tmp_path / "somewhere else")
    show(f"a bake: {time.perf_counter() - started:.2f} s")
    first, second = baked("default").files, again.files
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == [".env"]


class TestWithoutHooks:
    def test_everything_is_there_and_env_can_be_made_by_hand(self, template, tmp_path):
        project = bake(template, tmp_path, hooks=False)
        assert not (project.path / ".env").exists()
        done = project.python("config/create_env.py")
        assert (done.returncode, done.stdout) == (0, ".env is written.\n")
        key = dotenv_values(project.path / ".env")["SECRET_KEY"]
        assert key
        assert len(key) >= 50
        done = project.python("manage.py", "check")
        assert done.returncode == 0, output_of(done)


class TestEnv:
    def test_an_env_that_exists_is_never_touched(self, template, tmp_path):
        project = bake(template, tmp_path)
        (project.path / ".env").write_text("SECRET_KEY=mine\n")
        done = project.python("config/create_env.py")
        assert (done.returncode, done.stdout) == (0, ".env exists and stays as it is.\n")
        assert project.read(".env") == "SECRET_KEY=mine\n"

    def test_an_example_without_a_key_is_an_error(self, template, tmp_path):
        project = bake(template, tmp_path, hooks=False)
        (project.path / ".env.example").write_text("DEBUG=on\n")
        done = project.python("config/create_env.py")
        assert done.returncode == 1
        assert done.stderr == ".env.example has no line SECRET_KEY= to put a key into.\n"


class TestNextCommands:
    def test_they_are_three_lines(self, template, tmp_path, capfd):
        project = bake(template, tmp_path / "my sites")
        assert capfd.readouterr().out.splitlines() == [
            f"cd '{project.path}'",
            "make demo",
            "make run",
        ]

    def test_without_make_they_name_the_plain_command(self, template, tmp_path, capfd, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        project = bake(template, tmp_path, sample_site=False)
        assert capfd.readouterr().out.splitlines() == [
            f"cd {project.path}",
            "python config/create_venv.py",
            'and on as README.md says under "Without make"',
        ]


class TestRemovals:
    def test_a_path_that_is_not_there_fails_loudly(self, load_file, tmp_path):
        hook = load_file("hooks/post_gen_project.py")
        with pytest.raises(SystemExit, match=r"removes gone\.txt, which is not in the template"):
            hook.remove(tmp_path, ["gone.txt"])

    def test_every_path_is_in_the_template(self, load_file, template):
        hook = load_file("hooks/post_gen_project.py")
        project = template / "{{cookiecutter.project_slug}}"
        for paths in hook.REMOVALS.values():
            assert all((project / path).exists() for path in paths)
