"""The plugin works wherever Django, pytest and pytest-django are: it imports nothing else."""

import ast
import sys
from pathlib import Path

import pytest

import kickoff.budgets

FOLDER = Path(kickoff.budgets.__file__).parent
MODULES = sorted(path for path in FOLDER.rglob("*.py") if "tests" not in path.parts)
ALLOWED = {"django", "pytest", "pytest_django", *sys.stdlib_module_names}
ALLOWED_IN = {"panel.py": {"debug_toolbar"}}


def imported(source):
    """The dotted names of what a module imports, also inside of functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def foreign(source, name):
    """What it imports and should not."""
    allowed = ALLOWED | ALLOWED_IN.get(name, set())
    return [
        module
        for module in imported(source)
        if module.partition(".")[0] not in allowed
        and not f"{module}.".startswith("kickoff.budgets.")
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_module_needs_nothing_else(path):
    assert foreign(path.read_text(encoding="utf-8"), path.name) == []


@pytest.mark.parametrize(
    "source",
    [
        "import xdist",
        "def f():\n    from kickoff.caching import reading",
        "from . import x",
        "import debug_toolbar.panels",
        "from kickoff import budgets_of_others",
    ],
)
def test_what_is_foreign_is_found(source):
    assert len(foreign(source, "run.py")) == 1


def test_all_modules_are_looked_at():
    assert {"plugin.py", "panel.py", "gitlab.py"} <= {path.name for path in MODULES}
