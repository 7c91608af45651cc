"""The answers that are refused, what is said about them, and that nothing stays behind."""

from __future__ import annotations

import importlib.metadata
import re
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from cookiecutter.exceptions import FailedHookException

from checkout import TEMPLATE
from tests.baking import bake

if TYPE_CHECKING:
    from types import ModuleType

SLUG_SHAPE = (
    'project_slug "{}" is not a plain name: lower-case letters a-z, digits and underscores, '
    "a letter first and no underscore last. Type for example {}."
)


@pytest.fixture(scope="module")
def hook(load_file) -> ModuleType:
    module: ModuleType = load_file("hooks/pre_gen_project.py")
    return module


class TestSlug:
    @pytest.mark.parametrize("slug", ["game_day", "a", "site24", "a_b_c", "x" * 64, "fantasy2"])
    def test_plain_names_are_taken(self, hook, slug):
        assert list(hook.slug_problems(slug)) == []

    @pytest.mark.parametrize(
        ("slug", "example"),
        [
            ("24_hours", "site_24_hours"),
            ("Game Day", "game_day"),
            ("game-day", "game_day"),
            ("gameDay", "gameday"),
            ("_game", "game"),
            ("game_", "game"),
            ("a/b", "a_b"),
            ("../up", "up"),
            ("a\\b", "a_b"),
            ("Übung", "ubung"),
            ("日本", "game_day"),
            ("game_day\n", "game_day"),
            ("", "game_day"),
        ],
    )
    def test_other_shapes_are_refused(self, hook, slug, example):
        assert list(hook.slug_problems(slug)) == [SLUG_SHAPE.format(slug, example)]

    @pytest.mark.parametrize(
        ("slug", "owner"),
        [
            ("class", "the Python language"),
            ("json", "a module of Python's standard library"),
            ("test", "a module of Python's standard library"),
            ("django", "a package that the project needs"),
            ("fantasy", "a folder of the project"),
            ("con", "a device on Windows"),
            ("lpt9", "a device on Windows"),
        ],
    )
    def test_taken_names_are_refused(self, hook, slug, owner):
        assert list(hook.slug_problems(slug)) == [
            f'project_slug "{slug}" is taken by {owner}. Type for example {slug}_site.'
        ]

    def test_a_name_that_is_too_long_for_mysql_is_refused(self, hook):
        assert list(hook.slug_problems("x" * 65)) == [
            "project_slug is 65 characters long, but the name of a MySQL database has at most 64. "
            f"Type for example {'x' * 64}."
        ]

    @pytest.mark.parametrize("slug", ["24", "con", "Django", "x" * 63 + "__y", "日本", "for", "-"])
    def test_what_is_suggested_is_not_refused(self, hook, slug):
        assert list(hook.slug_problems(hook.suggested_slug(slug))) == []

    def test_the_folders_of_the_template_are_taken(self, hook):
        folders = {
            path.name
            for path in TEMPLATE.iterdir()
            if path.is_dir() and path.name.isidentifier() and not path.name.startswith("__")
        }
        assert folders <= hook.FOLDERS

    def test_the_packages_of_the_project_are_taken(self, hook):
        pyproject = tomllib.loads((TEMPLATE / "pyproject.toml").read_text())
        declared = pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["dev"]
        distributions = {re.split(r"[^\w-]", name)[0].lower() for name in declared}
        modules = {"mod_wsgi"}  # of the group that is not installed here; MySQLdb is no slug
        for module, owners in importlib.metadata.packages_distributions().items():
            ours = distributions & {owner.lower() for owner in owners}
            if ours and module[0].islower() and module.isidentifier():
                modules.add(module)
        assert modules - hook.DEPENDENCIES == set()
        assert hook.DEPENDENCIES - modules == set()


class TestDomain:
    @pytest.mark.parametrize(
        "domain", ["example.com", "localhost", "a-b.example", "xn--bcher-kva.example", "4x4.org"]
    )
    def test_host_names_are_taken(self, hook, domain):
        assert list(hook.domain_problems(domain)) == []

    @pytest.mark.parametrize(
        ("domain", "faults", "example"),
        [
            ("https://example.com", "a scheme", "example.com"),
            ("example.com:8000", "a port", "example.com"),
            ("example.com/shop", "a path", "example.com"),
            (
                "http://my_site.example:80/a",
                "a scheme, a port, a path and underscores",
                "my-site.example",
            ),
            ("my site.example", "blanks", "my-site.example"),
            ("Example.COM", "capital letters", "example.com"),
            ("bücher.example", "letters other than a-z", "xn--bcher-kva.example"),
            ("12345", "only digits after its last dot", "example.com"),
            ("10.0.0.1", "only digits after its last dot", "example.com"),
            (
                "*.example.com",
                "other signs than letters, digits, hyphens and dots",
                "example.com",
            ),
            ("a..b", "nothing between two dots, or a dot at an end", "a.b"),
            ("example.com.", "nothing between two dots, or a dot at an end", "example.com"),
            ("-a.example", "a hyphen beside a dot or at an end", "a.example"),
            (f"{'x' * 64}.example", "more than 63 characters between dots", "example.com"),
            (".".join(["abcdefg"] * 32), "more than 253 characters", "example.com"),
        ],
    )
    def test_what_is_no_host_name_is_refused(self, hook, domain, faults, example):
        assert list(hook.domain_problems(domain)) == [
            f'domain_name "{domain}" is not a plain host name: it has {faults}. '
            f"Type for example {example}."
        ]

    def test_an_empty_one_is_refused(self, hook):
        assert list(hook.domain_problems(" ")) == [
            "domain_name is empty. Type for example example.com."
        ]


class TestNames:
    @pytest.mark.parametrize(
        "name", ["Game Day", "O'Connor", '"q"', "back\\slash", "日本 🏈", "24"]
    )
    def test_names_of_people_and_sites_are_taken(self, hook, name):
        assert list(hook.name_problems("author_name", name, "x")) == []

    @pytest.mark.parametrize("name", ["Game\nDay", " Game Day", "Game  Day", "Game\x00Day"])
    def test_what_would_break_a_line_is_refused(self, hook, name):
        assert list(hook.name_problems("project_name", name, "x")) == [
            "project_name has line breaks, invisible characters, or blanks at an end or in a row. "
            "Type for example Game Day."
        ]

    def test_an_empty_one_is_refused(self, hook):
        assert list(hook.name_problems("author_name", "\t", "Ann")) == [
            "author_name is empty. Type for example Ann."
        ]


class TestRefusal:
    ANSWERS: ClassVar[dict[str, Any]] = {
        "project_name": "Game  Day",
        "project_slug": "class",
        "author_name": " ",
        "domain_name": "https://example.com",
    }

    def test_all_problems_are_said_at_once_and_nothing_else(self, template, tmp_path, capfd):
        with pytest.raises(FailedHookException):
            bake(template, tmp_path, **self.ANSWERS)
        assert capfd.readouterr().err.splitlines()[:7] == [
            "",
            "Nothing was generated:",
            "- project_name has line breaks, invisible characters, or blanks at an end or in a "
            "row. Type for example Game Day.",
            '- project_slug "class" is taken by the Python language. Type for example class_site.',
            "- author_name is empty. Type for example The Game Day team.",
            '- domain_name "https://example.com" is not a plain host name: it has a scheme. '
            "Type for example example.com.",
            "",
        ]

    @pytest.mark.parametrize("slug", ["class", "24_hours", "Game-Day", "日本", 'a"b', "a b", "{x}"])
    def test_nothing_stays_behind(self, template, tmp_path, slug):
        with pytest.raises(FailedHookException):
            bake(template, tmp_path, project_slug=slug)
        assert left_in(tmp_path) == []

    def test_no_empty_parent_stays_behind(self, template, tmp_path):
        with pytest.raises(FailedHookException):
            bake(template, tmp_path, project_slug="a/b/c")
        wait_until_gone(tmp_path / "a")
        assert left_in(tmp_path) == []

    def test_a_parent_that_has_something_else_stays(self, template, tmp_path):
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "letter.txt").write_text("mine")
        with pytest.raises(FailedHookException):
            bake(template, tmp_path, project_slug="a/b/c")
        wait_until_gone(tmp_path / "a" / "b")
        assert left_in(tmp_path) == ["a"]
        assert (tmp_path / "a" / "letter.txt").read_text() == "mine"


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


def wait_until_gone(path: Path) -> None:
    end = time.monotonic() + 5
    while path.exists() and time.monotonic() < end:
        time.sleep(0.02)
