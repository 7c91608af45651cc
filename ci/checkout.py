"""This checkout: where it is, and the template as a fresh clone would have it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
CREATE_VENV = TEMPLATE / "config" / "create_venv.py"


def export(folder: Path) -> None:
    """Copy what git has or would add, and so no cache, database or .env of whoever works here."""
    if not (ROOT / ".git").exists():  # an unpacked archive
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".environments"))
        return
    # safe.directory: the checkout may belong to another user, as it does in containers.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    command += ["--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():  # git still lists what has just been deleted
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
