"""A fresh Django project with the folder of the plugin in it, and nothing else of Kickoff."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent.parent
BOOKSHOP = Path(__file__).parent / "bookshop"
NOT_PASSED_ON = ("CI", "GITHUB", "GITLAB", "PYTEST", "DJANGO", "COV")
# What else is installed here has no part in it, and starting Hypothesis takes longer than a test.
PLUGINS = ["-p", "pytest_django.plugin", "-p", "xdist.plugin"]


class Project:
    """A project in a folder of its own, whose tests can be run."""

    def __init__(self, folder):
        self.folder = folder

    @property
    def contract(self):
        return (self.folder / "query_budgets.toml").read_text()

    def pytest(self, *arguments, **environment):
        """Its tests, in a process of their own; the outcome has `returncode` and `text`."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)
        }
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *PLUGINS, "-p", "no:cacheprovider", "-rN", *arguments],
            cwd=self.folder,
            env={**inherited, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
            capture_output=True,
            text=True,
        )
        done.text = done.stdout + done.stderr
        return done

    def edit(self, name, old, new):
        path = self.folder / name
        text = path.read_text()
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new))

    def add_to(self, name, text):
        with (self.folder / name).open("a") as file:
            file.write(text)


@pytest.fixture(scope="session")
def _bookshop(tmp_path_factory):
    """startproject, the bookshop, and a contract that holds."""
    folder = tmp_path_factory.mktemp("bookshop")
    subprocess.run(
        [sys.executable, "-m", "django", "startproject", "site_of_books", folder], check=True
    )
    project = Project(folder)
    shutil.copytree(
        PLUGIN, folder / "kickoff/budgets", ignore=shutil.ignore_patterns("tests", "__pycache__")
    )
    shutil.copytree(BOOKSHOP, folder / "bookshop")
    (folder / "conftest.py").write_text('pytest_plugins = ["kickoff.budgets.plugin"]\n')
    (folder / "pytest.ini").write_text(
        "[pytest]\nDJANGO_SETTINGS_MODULE = site_of_books.settings\naddopts = --nomigrations\n"
    )
    project.add_to(
        "site_of_books/settings.py",
        'INSTALLED_APPS += ["bookshop"]\nLOGIN_URL = "books"\n',
    )
    (folder / "site_of_books/urls.py").write_text(
        "from django.contrib import admin\n"
        "from django.urls import include, path\n"
        'urlpatterns = [path("admin/", admin.site.urls), path("", include("bookshop.urls"))]\n'
    )
    (folder / "query_budgets.toml").write_text(
        'version = 1\n\n[skip]\n"admin:*" = "Django\'s own."\n"/admin/*" = "Django\'s own."\n'
        '"book* as writer" = "They see what everybody sees."\n'
    )
    done = project.pytest("--budgets=update")
    assert done.returncode == 0, done.text
    return folder


@pytest.fixture
def bookshop(_bookshop, tmp_path):
    """The project: its budgets hold until a test spoils something."""
    folder = tmp_path / "project"
    shutil.copytree(_bookshop, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Project(folder)
