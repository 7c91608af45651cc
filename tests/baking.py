"""Bakes: the template, generated with one set of answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cookiecutter.main import cookiecutter

import environments
from processes import clean_environment

# Each set is baked once for all tests that look at it.
ANSWERS: dict[str, dict[str, Any]] = {
    "default": {},
    "no sample": {"sample_site": False},
    "gitlab": {"ci": "gitlab"},
    "no ci": {"ci": "none"},
    "hostile": {
        "project_name": 'Übung "quoted" O\'Connor <b> back\\slash 日本 🏈 ${HOME} #1',
        "project_slug": "hostile_names",
        "author_name": 'Zoë "Z" O\'Connor \\ <z@example.com>',
        "domain_name": "xn--bcher-kva.example",
    },
    "least": {"sample_site": False, "ci": "none", "project_name": "Bare"},
}


@dataclass(frozen=True)
class Bake:
    path: Path

    @cached_property
    def answers(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.read(".kickoff.json"))
        return dict(document["answers"])

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Path inside the project -> content, without what running it leaves behind."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and not {"__pycache__", ".git"} & set(path.parts)
        }

    @cached_property
    def texts(self) -> dict[str, str]:
        """The same without images."""
        texts = {}
        for name, content in self.files.items():
            try:
                texts[name] = content.decode()
            except UnicodeDecodeError:
                continue
        return texts

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def run(self, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run it in the project, as a user would: nothing of these tests in the environment."""
        return subprocess.run(
            command,
            cwd=self.path,
            env=clean_environment() | variables,
            capture_output=True,
            encoding="utf-8",
        )

    def python(
        self, *arguments: str, release: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Its Python: this one, or that of the shared environment for a release."""
        python = environments.python_of(release) if release else Path(sys.executable)
        return self.run(python, *arguments, **variables)


def bake(
    template: Path, folder: Path, *, hooks: bool = True, overwrite: bool = False, **answers: Any
) -> Bake:
    """Generate a project in `folder`, with nothing of this user's own cookiecutter settings."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / ".cookiecutter.yaml"
    config.write_text(json.dumps({"replay_dir": str(folder / ".replay")}))
    path = cookiecutter(
        str(template),
        no_input=True,
        extra_context=answers,
        output_dir=str(folder),
        config_file=str(config),
        accept_hooks=hooks,
        overwrite_if_exists=overwrite,
    )
    return Bake(Path(path))


def output_of(done: subprocess.CompletedProcess[str]) -> str:
    """What to show when it should have succeeded."""
    return f"{os.fspath(done.args[0])} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
