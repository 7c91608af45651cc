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
from django.test import Client
answer = Client().get("/lab/", headers={"host": "localhost"})
print(answer.status_code, "lab" in sys.modules, "pygments" in sys.modules)
"""


def seen_with(tmp_path, **variables):
    """Of a process with these variables: what /lab/ answers, and whether lab was imported."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LAB")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "x" * 50,
        "HTTPS": "off",
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "CACHE_URL": f"sqlite:///{tmp_path}/slots.sqlite3",
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
    status, *imported = done.stdout.split()
    return int(status), imported


@pytest.mark.parametrize("variables", [{"DEBUG": "off"}, {"DEBUG": "on", "LAB": "0"}])
def test_it_is_not_there(tmp_path, variables):
    status, (lab, pygments) = seen_with(tmp_path, **variables)
    assert status == 404
    assert lab == "False"
    if variables["DEBUG"] == "off":
        assert pygments == "False"


def test_it_is_there_in_development(tmp_path):
    assert seen_with(tmp_path, DEBUG="on")[0] == 200


def test_it_is_there_when_it_is_asked_for(tmp_path):
    # 500: without `collectstatic` no page has its style. The address leads to the lab.
    status, (lab, _pygments) = seen_with(tmp_path, DEBUG="off", LAB="1")
    assert (status, lab) == (500, "True")


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
