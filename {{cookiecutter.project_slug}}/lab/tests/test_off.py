"""The lab is off where nobody has turned it on, and then it costs nothing."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

PRINT = """
import sys
import django; django.setup()
from django.urls import is_valid_path
seen = [bool(is_valid_path(path)) for path in ("/leagues/", "/lab/")]
print(*seen, "lab" in sys.modules)
"""


def seen_with(tmp_path, **variables):
    """Of a process with these variables: whether /lab/ is an address, and lab was imported."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LAB")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    of_the_game, *seen = done.stdout.split()
    assert of_the_game == "True"
    return seen


@pytest.mark.parametrize("variables", [{"DEBUG": "off"}, {"DEBUG": "on", "LAB": "0"}])
def test_it_is_not_there_and_not_imported(tmp_path, variables):
    assert seen_with(tmp_path, **variables) == ["False", "False"]


@pytest.mark.parametrize("variables", [{"DEBUG": "on"}, {"DEBUG": "off", "LAB": "1"}])
def test_it_is_there_when_it_is_wanted(tmp_path, variables):
    assert seen_with(tmp_path, **variables) == ["True", "True"]


def test_nobody_imports_it_but_the_urls():
    imports = {
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in Path(settings.BASE_DIR).rglob("*.py")
        if "lab" not in path.relative_to(settings.BASE_DIR).parts and ".venv" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or node.names[0].name]
        if name.partition(".")[0] == "lab"
    }
    assert imports == set()
