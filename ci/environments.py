"""Virtual environments for the tests: one for each Python, shared by all generated projects."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from checkout import CREATE_VENV, ROOT, TEMPLATE
from packages import can_build_driver, can_build_module

FOLDER = ROOT / ".environments"
RELEASES = ("3.11", "3.13")  # the first brings Django 5.2, the second Django 6.1


def python_of(release: str) -> Path:
    return FOLDER / release / "bin" / "python"


def exists(release: str) -> bool:
    return _record(release).exists()


def provide(release: str, interpreter: str) -> None:
    """Make it, with the packages of the project and the tools of the template.

    What it was made from is written down when it is complete; it is made anew when that changes.
    """
    made_from = {"interpreter": interpreter, "packages": packages()}
    record = _record(release)
    if record.exists() and json.loads(record.read_text()) == made_from:
        return
    record.unlink(missing_ok=True)
    command = [interpreter, str(CREATE_VENV), "--venv", str(FOLDER / release), *packages()]
    subprocess.run(command, check=True)
    record.write_text(json.dumps(made_from, indent=2))


def packages() -> list[str]:
    project, template = _pyproject(TEMPLATE), _pyproject(ROOT)
    return [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["dependency-groups"]["load"],
        *template["dependency-groups"]["dev"],
        *(project["dependency-groups"]["mysql"] if can_build_driver() else []),
        *(project["dependency-groups"]["apache"] if can_build_module() else []),
    ]


def _pyproject(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def _record(release: str) -> Path:
    return FOLDER / f"{release}.json"
